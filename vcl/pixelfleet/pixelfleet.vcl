# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# A cluster of image caches.  See pixelfleet(7).
#
# A site's VCL creates two objects, named `cluster` and `images`, and then
# includes this file.  Subroutines that the site defines before it run before
# ours, on every door.
#
# A node has four doors, listen sockets told apart by their name:
#
#	http	the public; also a socket without a name	http.vcl
#	cluster	the other nodes					cluster.vcl
#	admin	operators			admin.vcl, purge.vcl
#	source	this node itself, for originals			source.vcl
#
# What a request is for stands in req.http.Fleet-Kind:
#
#	variant		an image made from an original		variant.vcl
#	original	an original as it is, asked for by a client
#	source		an original, to make a variant from
#
# Where its owner has too much to do, a variant may be copied from there for a
# while							copy.vcl
# Nothing is used that was purged				fresh.vcl
# What has expired may be used all the same		stale.vcl
# In place of what is not there, a fallback		fallback.vcl
#
# `original` and `source` share one object.  No header that begins with
# Fleet- comes in or goes out on the http door.

vcl 4.1;

import fleet;
import std;
import vips;

sub vcl_init {
	cluster.config_add("renderer", images.fingerprint());
	cluster.start();
}

include "pixelfleet/http.vcl";
include "pixelfleet/cluster.vcl";
include "pixelfleet/admin.vcl";
include "pixelfleet/purge.vcl";
include "pixelfleet/source.vcl";
include "pixelfleet/variant.vcl";
include "pixelfleet/copy.vcl";
include "pixelfleet/fresh.vcl";
include "pixelfleet/stale.vcl";
include "pixelfleet/fallback.vcl";
include "pixelfleet/log.vcl";

sub vcl_recv {
	call pixelfleet_fresh_recv;
	call pixelfleet_stale_recv;
	if (local.socket == "cluster") {
		call pixelfleet_cluster_recv;
	} else if (local.socket == "admin") {
		call pixelfleet_admin_recv;
	} else if (local.socket == "source") {
		call pixelfleet_source_recv;
	} else {
		call pixelfleet_http_recv;
	}
}

# The rest of a request's way through this node as the owner.
sub pixelfleet_lookup {
	unset req.http.Fleet-Home;
	if (images.rendered()) {
		set req.http.Fleet-Kind = "variant";
		# A copy that fails is rendered, from the source door.
		if (cluster.home() != "" && cluster.has_source()) {
			set req.http.Fleet-Home = cluster.home();
		}
	} else {
		set req.http.Fleet-Kind = "original";
	}
	return (hash);
}

sub vcl_hash {
	call pixelfleet_fresh_hash;
	if (req.http.Fleet-Kind == "variant") {
		hash_data("variant");
		hash_data(images.source());
		hash_data(images.operations());
		hash_data(images.fingerprint());
	} else {
		hash_data("source");
		hash_data(req.url);
	}
	return (lookup);
}

sub vcl_hit {
	set req.http.Fleet-Cache = "hit";
	call pixelfleet_fresh_hit;
	call pixelfleet_stale_hit;
}

sub vcl_miss {
	set req.http.Fleet-Cache = "miss";
	call pixelfleet_fresh_miss;
	call pixelfleet_stale_miss;
	# Others need threads, too: the source door does.
	if (req.http.Fleet-Kind == "variant" && !images.reserve()) {
		return (synth(images.status(), images.error()));
	}
}

sub vcl_pass {
	set req.http.Fleet-Cache = "pass";
}

sub vcl_backend_fetch {
	std.log("request_id:" + bereq.http.X-Request-Id);
	if (bereq.http.Fleet-To) {
		# Not as the hint of the request, which would outlast a restart.
		set bereq.backend = cluster.backend();
		std.log("level:debug");
		return (fetch);
	}
	call pixelfleet_fresh_fetch;
	if (bereq.http.Fleet-Home) {
		call pixelfleet_copy_fetch;
	} else if (bereq.http.Fleet-Kind == "variant") {
		call pixelfleet_variant_fetch;
	} else {
		call pixelfleet_source_fetch;
	}
	call pixelfleet_stale_fetch;
	return (fetch);
}

sub vcl_backend_response {
	if (bereq.http.Fleet-To && !bereq.http.Fleet-Kind) {
		call pixelfleet_http_response;
	} else if (bereq.http.Fleet-To) {
		call pixelfleet_copy_response;
	}
	if (beresp.status >= 500) {
		call pixelfleet_stale_failed;
	}
	if (images.rendered()) {
		call pixelfleet_variant_response;
	} else {
		call pixelfleet_source_response;
	}
	call pixelfleet_fresh_response;
	# Varnish's own rules for what may be cached follow.
}

sub vcl_backend_error {
	if (bereq.http.Fleet-To && !bereq.http.Fleet-Kind) {
		call pixelfleet_http_error;
		return (deliver);
	} else if (bereq.http.Fleet-To) {
		call pixelfleet_copy_error;
	}
	if (beresp.status >= 500) {
		call pixelfleet_stale_failed;
	}
	if (images.rendered()) {
		call pixelfleet_variant_error;
	} else {
		call pixelfleet_source_error;
	}
	call pixelfleet_fresh_error;
	# The sentence is in the body; the status line gets the standard words
	# back, as it does after synth().
	set beresp.status = beresp.status;
	return (deliver);
}

# For how long what came is good.  The origin decides, within the site's
# bounds, but an error does not outlive its cause by much, whatever the origin
# says.
sub pixelfleet_lifetime {
	if (beresp.status >= 500) {
		set beresp.ttl = 1s;
		set beresp.grace = 0s;
		set beresp.http.Cache-Control = "no-store";
	} else if (beresp.status >= 400) {
		if (beresp.ttl > 10s) {
			set beresp.ttl = 10s;
			unset beresp.http.Expires;
			set beresp.http.Cache-Control = "max-age=" +
			    std.integer(duration=beresp.age + 10s);
		}
		set beresp.grace = 0s;
	} else if (!images.rendered() || !cluster.has_source()) {
		images.lifetime(origin);
	} else if (beresp.http.Fleet-Stale) {
		images.lifetime(stale);
		if (beresp.http.Fleet-Stale == "purged") {
			# What becomes of the original does not become of this.
			set beresp.grace = 0s;
			set beresp.keep = 0s;
		}
	} else {
		images.lifetime(source);
	}
}

sub vcl_deliver {
	images.release();
	if (local.socket == "cluster" || local.socket == "source") {
		# The outermost hop tells these of the answer as a whole.
		unset resp.http.Via;
		unset resp.http.X-Varnish;
	}
	if (local.socket == "cluster") {
		call pixelfleet_cluster_deliver;
	} else if (local.socket == "source") {
		call pixelfleet_source_deliver;
	} else {
		call pixelfleet_http_deliver;
	}
	return (deliver);
}

# Varnish's own words: a fetch has failed, too late to say why.
sub pixelfleet_failed_synth {
	if (local.socket == "source") {
		set resp.status = 502;
		set req.http.Fleet-Sentence =
		    "The original broke off before its end.";
	} else {
		set req.http.Fleet-Sentence =
		    "This image cannot be had just now.";
	}
}

# What synth() was given is the sentence for the client, in the body; the
# status line gets the standard words back.
sub vcl_synth {
	call pixelfleet_stale_synth;
	if (resp.status == 503 && resp.reason == "Service Unavailable") {
		call pixelfleet_failed_synth;
	} else {
		set req.http.Fleet-Sentence = resp.reason;
	}
	set resp.status = resp.status;
	set resp.http.Content-Type = "text/plain; charset=utf-8";
	set resp.http.Cache-Control = "no-store";
	if (resp.status == 503) {
		set resp.http.Retry-After = images.retry_after();
	}
	if (local.socket == "cluster") {
		call pixelfleet_cluster_synth;
	} else if (local.socket == "admin") {
		call pixelfleet_admin_synth;
	} else {
		call pixelfleet_http_synth;
	}
	if (req.http.Fleet-Sentence == "purge") {
		call pixelfleet_purge_synth;
	}
	return (deliver);
}
