import type { ShellFunction } from '../../transport/transport.ts';

/**
 * `kb_tcp HOST PORT SECONDS` succeeds when a TCP connection can be made from the host, and fails when not. Hosts have no
 * tool for it in common, so the first one that is there is taken: bash's /dev/tcp, nc that scans (`-z`), busybox's nc that
 * runs a program, curl's telnet, Python, perl. A host with none of them can still tell for itself which of its own ports
 * listen: from /proc/net. 127 where nothing answers the question.
 */
export const tcpProbe: ShellFunction = {
  name: 'kb_tcp',
  text: `kb_tcp_tool() {
  kb_t=; command -v timeout >/dev/null 2>&1 && kb_t=timeout
  if [ "$kb_t" ] && command -v bash >/dev/null 2>&1 && case $(bash -c ': < /dev/tcp/127.0.0.1/0' 2>&1) in *'No such file'*) false ;; esac; then kb_tool=bash
  elif command -v nc >/dev/null 2>&1 && nc -h 2>&1 | grep -q -e '-z' -e 'z]' -e '[[]-[a-zA-Z0-9]*z'; then kb_tool=nc
  elif command -v nc >/dev/null 2>&1 && nc --help 2>&1 | grep -q BusyBox && nc --help 2>&1 | grep -q -e '-e PROG'; then kb_tool=busybox
  elif curl -V 2>/dev/null | grep -q telnet; then kb_tool=curl
  elif command -v python3 >/dev/null 2>&1; then kb_tool=python3
  elif command -v perl >/dev/null 2>&1; then kb_tool=perl
  else kb_tool=proc; fi
}
kb_tcp() {
  [ "$kb_tool" ] || kb_tcp_tool
  case $kb_tool in
    bash) timeout "$3" bash -c ': < "/dev/tcp/$1/$2"' bash "$1" "$2" ;;
    nc) nc -z -w "$3" "$1" "$2" ;;
    busybox) nc -w "$3" "$1" "$2" -e true ;;
    curl) case $1 in *:*) kb_h="[$1]" ;; *) kb_h=$1 ;; esac
      case $(curl -q -s -o /dev/null -m "$3" --noproxy '*' -w '%{time_connect}' "telnet://$kb_h:$2") in ''|0|0.0*0) return 1 ;; esac ;;
    python3) python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])).close()' "$@" ;;
    perl) perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => $ARGV[2])' "$@" ;;
    proc) case $1 in 127.*|localhost|::1|0.0.0.0) ;; *) return 127 ;; esac
      cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$2") [0-9A-F:]* 0A " ;;
  esac
} </dev/null >/dev/null 2>&1`,
};

/**
 * `kb_tcp_read HOST PORT SECONDS` prints what a server says by itself within that time, without saying anything to it.
 */
export const tcpRead: ShellFunction = {
  name: 'kb_tcp_read',
  needs: [tcpProbe],
  text: `kb_tcp_read() {
  [ "$kb_tool" ] || kb_tcp_tool
  case $kb_tool in
    bash) timeout "$3" bash -c 'cat < "/dev/tcp/$1/$2"' bash "$1" "$2" ;;
    nc|busybox) sleep "$3" | nc -w "$3" "$1" "$2" ;;
    curl) sleep "$3" | curl -q -s -m "$3" --noproxy '*' "telnet://$1:$2" ;;
    python3) python3 -c 'import os, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
while True:
    d = s.recv(65536)
    if not d: break
    os.write(1, d)' "$@" ;;
    perl) perl -MIO::Socket::IP -e '$s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => $ARGV[2]) or exit 1; alarm $ARGV[2]; while (sysread $s, $b, 65536) { syswrite STDOUT, $b }' "$@" ;;
    *) return 127 ;;
  esac 2>/dev/null
}`,
};

/**
 * `kb_connections PORT ADDRESSES STATES` counts TCP connections of a local port from /proc/net: local addresses in
 * ADDRESSES (hex as there, blank-separated; empty for any), states in STATES (hex), remote ones in kb_exclude left out.
 */
export const connections: ShellFunction = {
  name: 'kb_connections',
  text: `kb_connections() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf %04X "$1")" -v addresses=" $2 " -v states=" $3 " -v exclude=" $kb_exclude " '
    $1 ~ /:$/ { split($2, l, ":"); split($3, r, ":")
      if (l[2] == port && index(states, " " $4 " ") && (addresses == "  " || index(addresses, " " l[1] " ")) && !index(exclude, " " r[1] " ")) n++ }
    END { print n + 0 }'
}`,
};
