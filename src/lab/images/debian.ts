import type { Layer } from '../layers.ts';

/**
 * Debian for images: no manuals, translations and caches, and packages installed later leave theirs out too, as the
 * published slim images do. A service that a package brings must not start while the image is made.
 */
export const debianSlim: Layer = {
  name: 'image-debian',
  minutes: 1.5,
  packages: ['ca-certificates'],
  script: `
printf 'path-exclude /usr/share/%s/*\\n' doc info lintian linda locale man groff > /etc/dpkg/dpkg.cfg.d/slim
printf 'path-include /usr/share/doc/*/copyright\\n' >> /etc/dpkg/dpkg.cfg.d/slim
printf 'Acquire::Languages "none";\\nAPT::Install-Recommends "false";\\n' > /etc/apt/apt.conf.d/80slim
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
find /usr/share/doc -mindepth 2 ! -name copyright ! -type d -delete
rm -rf /usr/share/info/* /usr/share/locale/* /usr/share/man/* /usr/share/groff/* /usr/share/lintian
rm -f /etc/machine-id /etc/hostname /etc/resolv.conf
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/ldconfig/* /var/cache/debconf/*-old /var/lib/dpkg/*-old`,
};

/** Packages over `debianSlim`, and what is to be done once they are there. */
export const debianPackages = (name: string, packages: readonly string[], then = ''): Layer => ({
  name: `image-${name}`,
  minutes: 0.5,
  script: `
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -qy --no-install-recommends install ${packages.join(' ')}
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/ldconfig/* /var/cache/debconf/*-old /var/lib/dpkg/*-old
${then}`,
});

/** nginx with its streams, where the published image has its files and its logs: so a configuration for that one works. */
export const debianNginx: Layer = debianPackages(
  'nginx',
  ['nginx-light', 'libnginx-mod-stream'],
  `
mkdir -p /var/log/nginx /usr/share/nginx/html
ln -s /dev/stdout /var/log/nginx/access.log
ln -s /dev/stderr /var/log/nginx/error.log
mv /var/www/html/index.nginx-debian.html /usr/share/nginx/html/index.html
rm /etc/nginx/sites-enabled/default
cat > /etc/nginx/conf.d/default.conf <<'EOF'
server {
    listen 80;
    location / {
        root /usr/share/nginx/html;
        index index.html;
    }
}
EOF`,
);
