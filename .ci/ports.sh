# Ports for the tests' servers. The files of the servers source this one.
#   free_port   prints a port of 127.0.0.1 on which no server listens

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null && return 0
    local port
    for port in $(shuf -i 20000-40000 -n 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return 0; }
    done
    echo "No free port." >&2
    return 1
}
