# SPDX-License-Identifier: BSD-2-Clause
#
# vmod_vips with overlays: a second listen socket, named source, is this
# varnishd's own way to what is cached as it came.  To be included where there
# is an object `images`, after a vcl_backend_response that puts the path of that
# socket into beresp.http.X-Socket.  Overlays come from backend s2.

sub vcl_recv {
	if (local.socket == "source") {
		set req.http.X-Door = "source";
		return (hash);
	}
	if (!images.parse(req.url, req.http.Accept)) {
		return (synth(images.status(), images.error()));
	}
	set req.url = images.canonical();
	return (hash);
}

sub vcl_backend_fetch {
	if (bereq.http.X-Door == "source") {
		set bereq.backend = s2;
		return (fetch);
	}
	if (!images.parse(bereq.url)) {
		return (error(images.status(), images.error()));
	}
	set bereq.url = images.source();
}

sub vcl_backend_response {
	if (bereq.http.X-Door == "source") {
		return (deliver);
	}
	if (beresp.status == 200 && images.rendered()) {
		if (!images.overlay(beresp.http.X-Socket)) {
			return (error(images.status(), images.error()));
		}
		set beresp.http.Overlay-Source = images.overlay_source();
		set beresp.http.Overlay-TTL = images.overlay_ttl();
		images.render();
		if (images.status() != 0) {
			return (error(images.status(), images.error()));
		}
	}
}

sub vcl_backend_error {
	set beresp.http.X-Status = images.status();
	set beresp.body = images.error();
	return (deliver);
}
