# Puts a host back to where a playbook begins; $dir is the playbook's folder.
case $dir in
*/users | */become)
  for name in oracle-user oracle-two; do userdel -r "$name"; done 2>/dev/null
  for name in oracle-user oracle-two oracle-group; do groupdel "$name"; done 2>/dev/null
  ;;
*/systemd)
  systemctl disable --now oracle-sleep.service 2>/dev/null
  rm -f /etc/systemd/system/oracle-sleep.service
  systemctl daemon-reload
  ;;
esac
rm -rf "$dir"
mkdir -p "$dir"
