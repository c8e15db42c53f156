# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# For tests of purges: what is in the cache, and what a purge is answered.
# $http and $admin are the doors, as address:port; the secret is `secret`.
#
#	cached URL...		each is a hit
#	gone URL...		each is none; and is again cached now
#	purge STATUS TEXT URL [option...]
#				the purge has that status and means that, in its
#				canonical form, or is refused with that sentence

set -e
# A sanitizer is for varnishd, and slow to start with each of these.
unset LD_PRELOAD
secret='a secret of the cluster'

fail() {
	echo "$*" >&2
	exit 1
}

# hit or miss; a hit for others if it is neither.
lookup() {
	curl -s -o /dev/null -D - -H "X-Image-Debug: $secret" \
	    "http://$http$1" | tr -d '\r' | sed -n 's/^X-Image-Cache: //p'
}

cached() {
	for url; do
		got=$(lookup "$url")
		test "$got" = hit || fail "$url: '$got', and not a hit"
	done
}

gone() {
	for url; do
		got=$(lookup "$url")
		test "$got" = miss || fail "$url: '$got', and not gone"
	done
	cached "$@"
}

purge() {
	status=$1 text=$2 url=$3
	shift 3
	got=$(curl -s -g --path-as-is -X PURGE -w '%{http_code}' \
	    -H "Authorization: Bearer $secret" "$@" "http://$admin$url")
	case $got in
	*'"purge": "'"$text"'", '*"$status" | "$text
$status") return 0 ;;
	esac
	fail "PURGE $url $*: $got"
}
