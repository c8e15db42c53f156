# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Copies: this node was chosen because the owner of the image has too much to
# do.  To ask the owner for what it has costs it little, to render again would
# cost this node a lot.  So the answer is fetched from the owner, and kept for
# as long as a rush may last.

sub pixelfleet_copy_fetch {
	set bereq.http.Fleet-To = bereq.http.Fleet-Home;
	unset bereq.http.Fleet-Home;
	set bereq.backend = cluster.backend();
}

sub pixelfleet_copy_response {
	if (!cluster.admits_response()) {
		call pixelfleet_copy_fail;
	}
	fleet.strip("Fleet-");
	if (beresp.ttl > 10s) {
		set beresp.ttl = 10s;
	}
	set beresp.grace = 0s;
	if (!cluster.purge_seal() && bereq.retries == 0) {
		# Once more from the owner, as it was.
		set bereq.http.Fleet-Home = bereq.http.Fleet-To;
		unset bereq.http.Fleet-To;
		return (retry);
	}
	return (deliver);
}

sub pixelfleet_copy_error {
	call pixelfleet_copy_fail;
}

# The owner does not answer: this node does what an owner does.
sub pixelfleet_copy_fail {
	unset bereq.http.Fleet-To;
	cluster.settle();
	return (retry);
}
