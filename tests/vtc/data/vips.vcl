# SPDX-License-Identifier: BSD-2-Clause
#
# vmod_vips alone: no cluster, and the source straight from the backend.  To be
# included where there is an object `images`.

sub vcl_recv {
	if (!images.parse(req.url, req.http.Accept)) {
		return (synth(images.status(), images.error()));
	}
	set req.url = images.canonical();
	return (hash);
}

sub vcl_synth {
	set resp.http.Content-Type = "text/plain";
	set resp.body = resp.reason;
	set resp.status = resp.status;
	return (deliver);
}

sub vcl_backend_fetch {
	if (bereq.retries == 0 && !images.parse(bereq.url)) {
		return (error(images.status(), images.error()));
	}
	set bereq.url = images.source();
}

sub vcl_backend_response {
	if (beresp.status == 200 && images.rendered()) {
		images.render();
		if (images.status() != 0) {
			return (error(images.status()));
		}
	}
	if (beresp.status >= 400) {
		set beresp.ttl = 0s;
	}
}

sub vcl_backend_error {
	set beresp.http.X-Status = images.status();
	set beresp.body = images.error();
	return (deliver);
}

sub vcl_deliver {
	set resp.http.X-Operations = images.operations();
	if (images.vary() != "") {
		set resp.http.Vary = images.vary();
	}
}
