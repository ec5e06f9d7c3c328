# Debian packages for the tests' servers. Source this file, then:
#   install_package NAME   installs a package without starting the service that may come with it

install_package() {
    local policy=/usr/sbin/policy-rc.d made_policy=0 status=0 sudo=
    [ "$(id -u)" -eq 0 ] || sudo='sudo -n'
    # Debian's packages start their services when they are installed, unless the policy file says no.
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null || return 1
        $sudo chmod +x "$policy"
        made_policy=1
    fi
    $sudo apt-get update -qq </dev/null &&
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" </dev/null >/dev/null || status=$?
    [ "$made_policy" -eq 0 ] || $sudo rm -f "$policy"
    return "$status"
}
