# RabbitMQ for the tests: a node of its own on free loopback ports, with its data in a temporary directory.
# To be sourced, after packages.sh. start_rabbitmq exports WORKERTRACING_RABBITMQ; stop_rabbitmq ends the node, and the port mapper that came with it.

source "$(dirname "${BASH_SOURCE[0]}")/ports.sh"

_rabbitmq_log_tail() {
    echo "rabbitmq: $1" >&2
    tail -n 40 "$RABBITMQ_TEST_DIR/out" "$RABBITMQ_TEST_DIR"/log/*.log >&2 2>/dev/null || true
}

start_rabbitmq() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || install_package rabbitmq-server || { echo "rabbitmq: could not be installed" >&2; return 1; }

    RABBITMQ_TEST_DIR=$(mktemp -d) || return 1
    mkdir "$RABBITMQ_TEST_DIR/mnesia" "$RABBITMQ_TEST_DIR/log" "$RABBITMQ_TEST_DIR/home"
    local amqp dist epmd
    amqp=$(free_port) && dist=$(free_port) && epmd=$(free_port) || return 1

    cat >"$RABBITMQ_TEST_DIR/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
log.file.level = warning
CONF
    : >"$RABBITMQ_TEST_DIR/enabled_plugins"

    # The port mapper first, by itself: one that the node starts listens on every address, and nobody knows its process.
    local epmd_binary
    epmd_binary=$(command -v epmd) || { _rabbitmq_log_tail "epmd is missing"; return 1; }
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd "$epmd_binary" -address 127.0.0.1 -port "$epmd" >"$RABBITMQ_TEST_DIR/epmd.out" 2>&1 &
    RABBITMQ_TEST_EPMD_PID=$!

    env HOME="$RABBITMQ_TEST_DIR/home" \
        ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$epmd" \
        RABBITMQ_NODENAME="workertracing$amqp@localhost" RABBITMQ_NODE_PORT="$amqp" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_DIST_PORT="$dist" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        RABBITMQ_CONFIG_FILE="$RABBITMQ_TEST_DIR/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$RABBITMQ_TEST_DIR/enabled_plugins" \
        RABBITMQ_MNESIA_BASE="$RABBITMQ_TEST_DIR/mnesia" RABBITMQ_LOG_BASE="$RABBITMQ_TEST_DIR/log" \
        RABBITMQ_PID_FILE="$RABBITMQ_TEST_DIR/pid" \
        /usr/lib/rabbitmq/bin/rabbitmq-server >"$RABBITMQ_TEST_DIR/out" 2>&1 </dev/null &
    RABBITMQ_TEST_PID=$!

    local deadline=$((SECONDS + 120)) greeting
    while ! { greeting=$(_rabbitmq_greeting "$amqp") && [ "$greeting" = AMQP ]; }; do
        if ! kill -0 "$RABBITMQ_TEST_PID" 2>/dev/null; then
            _rabbitmq_log_tail "the node ended while it started"; stop_rabbitmq; return 1
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            _rabbitmq_log_tail "no connection within two minutes"; stop_rabbitmq; return 1
        fi
        sleep 0.2
    done
    export WORKERTRACING_RABBITMQ="amqp://guest:guest@127.0.0.1:$amqp/"
}

# A node that accepts connections answers a wrong protocol header with the right one.
_rabbitmq_greeting() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        printf 'AMQP\0\0\0\0' >&3
        timeout 2 head -c 4 <&3
    ) 2>/dev/null
}

stop_rabbitmq() {
    local pid child
    # The script that was started waits for the Erlang machine, its child: that one is asked to stop, and takes the script along.
    for child in $(cat "/proc/${RABBITMQ_TEST_PID:-0}/task/${RABBITMQ_TEST_PID:-0}/children" 2>/dev/null) ${RABBITMQ_TEST_PID:-} ${RABBITMQ_TEST_EPMD_PID:-}; do
        kill -TERM "$child" 2>/dev/null || true
    done
    for pid in ${RABBITMQ_TEST_PID:-} ${RABBITMQ_TEST_EPMD_PID:-}; do
        _rabbitmq_wait_gone "$pid"
    done
    [ -z "${RABBITMQ_TEST_DIR:-}" ] || rm -rf "$RABBITMQ_TEST_DIR"
    unset RABBITMQ_TEST_PID RABBITMQ_TEST_EPMD_PID RABBITMQ_TEST_DIR WORKERTRACING_RABBITMQ
    return 0
}

_rabbitmq_wait_gone() {
    local deadline=$((SECONDS + 30)) descendants
    descendants=$(cat "/proc/$1/task/$1/children" 2>/dev/null) || true
    while kill -0 "$1" 2>/dev/null; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            # shellcheck disable=SC2086
            kill -KILL $descendants "$1" 2>/dev/null || true
            break
        fi
        sleep 0.1
    done
    wait "$1" 2>/dev/null || true
}
