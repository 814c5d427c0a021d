# What a playbook left in its folder $dir: type, mode, owner, group, link's aim; then the sum of each file.
export LC_ALL=C
cd "$dir" || exit
find . -printf '%p %y %m %u:%g %l\n' | sort
find . -type f | sort | xargs -r -d '\n' sha256sum
