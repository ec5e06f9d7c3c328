# Redis for the tests of Hangfire's storages. Source packages.sh and this file, then:
#   start_redis   installs Redis where it is missing, starts a server of its own on a free port of 127.0.0.1
#                 and exports WORKERTRACING_REDIS (a StackExchange.Redis configuration)
#   stop_redis    stops that server, waits until its process is gone and removes its data
# The server keeps everything in memory and writes nothing to disk.

source "$(dirname "${BASH_SOURCE[0]}")/ports.sh"

_redis_dir=
_redis_pid=

_redis_is_up() {
    [ "$(redis-cli -h 127.0.0.1 -p "$1" PING 2>/dev/null)" = PONG ]
}

start_redis() {
    local port attempt
    if ! command -v redis-server >/dev/null || ! command -v redis-cli >/dev/null; then
        install_package redis-server || { echo "Redis could not be installed." >&2; return 1; }
    fi

    _redis_dir=$(mktemp -d "${TMPDIR:-/tmp}/workertracing-redis.XXXXXX") || return 1
    port=$(free_port) || { stop_redis; return 1; }
    redis-server --bind 127.0.0.1 --port "$port" --dir "$_redis_dir" --save '' --appendonly no --daemonize no >>"$_redis_dir.log" 2>&1 &
    _redis_pid=$!

    for attempt in $(seq 150); do
        if _redis_is_up "$port"; then
            export WORKERTRACING_REDIS="127.0.0.1:$port"
            return 0
        fi
        kill -0 "$_redis_pid" 2>/dev/null || break
        sleep 0.2
    done

    echo "Redis did not start:" >&2
    tail -20 "$_redis_dir.log" >&2
    stop_redis
    return 1
}

stop_redis() {
    unset WORKERTRACING_REDIS
    if [ -n "$_redis_pid" ]; then
        kill "$_redis_pid" 2>/dev/null
        wait "$_redis_pid" 2>/dev/null
        _redis_pid=
    fi
    if [ -n "$_redis_dir" ]; then
        rm -rf "$_redis_dir" "$_redis_dir.log"
        _redis_dir=
    fi
}
