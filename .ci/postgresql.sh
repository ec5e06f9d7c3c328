# PostgreSQL for the tests of the clustered job store. Source packages.sh and this file, then:
#   start_postgresql   installs PostgreSQL where it is missing, starts a server of its own on a free port of 127.0.0.1
#                      and exports WORKERTRACING_POSTGRES (an Npgsql connection string)
#   stop_postgresql    stops that server, waits until its process is gone and removes its data
# The server belongs to nobody else: its data is in a temporary directory, its name and its password mean nothing anywhere.

source "$(dirname "${BASH_SOURCE[0]}")/ports.sh"

_postgresql_dir=
_postgresql_pid=

# The directory that holds everything needed: a lone initdb in the PATH may be no more than a link.
_postgresql_bin() {
    local dir program
    for dir in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
        for program in initdb postgres psql createdb; do
            [ -x "$dir/$program" ] || continue 2
        done
        echo "$dir"
        return 0
    done
    return 1
}

# initdb and postgres refuse to run as root.
_postgresql_as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
    else
        "$@"
    fi
}

_postgresql_is_up() {
    _postgresql_as_server "$1/psql" -h 127.0.0.1 -p "$2" -U worker -d postgres -qtAc 'SELECT 1' >/dev/null 2>&1
}

start_postgresql() {
    local bin port attempt
    if ! bin=$(_postgresql_bin); then
        install_package postgresql || { echo "PostgreSQL could not be installed." >&2; return 1; }
        bin=$(_postgresql_bin) || { echo "PostgreSQL was installed, but initdb is not to be found." >&2; return 1; }
    fi

    _postgresql_dir=$(mktemp -d "${TMPDIR:-/tmp}/workertracing-postgresql.XXXXXX") || return 1
    [ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$_postgresql_dir"
    _postgresql_as_server "$bin/initdb" -D "$_postgresql_dir/data" -U worker -A trust -E UTF8 --no-locale --no-sync >"$_postgresql_dir.log" 2>&1 \
        || { cat "$_postgresql_dir.log" >&2; stop_postgresql; return 1; }

    port=$(free_port) || { stop_postgresql; return 1; }
    # exec: the process id below is the server's own, not that of a shell around it.
    (
        cd "$_postgresql_dir" || exit 1
        set -- "$bin/postgres" -D "$_postgresql_dir/data" -h 127.0.0.1 -p "$port" -k "$_postgresql_dir" -c fsync=off -c max_connections=200
        if [ "$(id -u)" -eq 0 ]; then
            exec setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
        fi
        exec "$@"
    ) >>"$_postgresql_dir.log" 2>&1 &
    _postgresql_pid=$!

    for attempt in $(seq 150); do
        if _postgresql_is_up "$bin" "$port"; then
            _postgresql_as_server "$bin/createdb" -h 127.0.0.1 -p "$port" -U worker workertracing || break
            export WORKERTRACING_POSTGRES="Host=127.0.0.1;Port=$port;Username=worker;Database=workertracing"
            return 0
        fi
        kill -0 "$_postgresql_pid" 2>/dev/null || break
        sleep 0.2
    done

    echo "PostgreSQL did not start:" >&2
    tail -20 "$_postgresql_dir.log" >&2
    stop_postgresql
    return 1
}

stop_postgresql() {
    unset WORKERTRACING_POSTGRES
    if [ -n "$_postgresql_pid" ]; then
        # SIGINT is PostgreSQL's fast shutdown: it disconnects clients instead of waiting for them.
        kill -INT "$_postgresql_pid" 2>/dev/null
        wait "$_postgresql_pid" 2>/dev/null
        _postgresql_pid=
    fi
    if [ -n "$_postgresql_dir" ]; then
        rm -rf "$_postgresql_dir" "$_postgresql_dir.log"
        _postgresql_dir=
    fi
}
