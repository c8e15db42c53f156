# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A stand-in for what an instance at Amazon's can ask: its metadata (version
2 alone), Auto Scaling, EC2, and a container's credentials.

It answers with the documented XML, and takes no request whose signature
botocore would not have made."""

import http.server
import json
import threading
import time
import urllib.parse
import uuid
from xml.sax.saxutils import escape

import botocore.auth
import botocore.awsrequest
import botocore.credentials

REGION = "eu-west-1"
GROUP = "the group/1"
ROLE = "a-role"
AUTO = "http://autoscaling.amazonaws.com/doc/2011-01-01/"
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Instance:
    def __init__(self, name, address, state="InService", health="Healthy",
                 running="running", weight=None):
        self.name = name
        self.address = address
        self.state = state
        self.health = health
        self.running = running
        self.weight = weight

    def member(self):
        weight = (f"<WeightedCapacity>{self.weight}</WeightedCapacity>"
                  if self.weight else "")
        return f"""<member>
          <ProtectedFromScaleIn>false</ProtectedFromScaleIn>
          <AvailabilityZone>{REGION}a</AvailabilityZone>
          <LaunchTemplate>
            <LaunchTemplateName>nodes</LaunchTemplateName>
            <Version>1</Version>
          </LaunchTemplate>
          <InstanceId>{self.name}</InstanceId>
          <InstanceType>c6i.large</InstanceType>{weight}
          <HealthStatus>{self.health}</HealthStatus>
          <LifecycleState>{self.state}</LifecycleState>
        </member>"""

    def item(self):
        return f"""<item>
          <reservationId>r-1</reservationId>
          <groupSet/>
          <instancesSet><item>
            <instanceId>{self.name}</instanceId>
            <instanceState>
              <code>16</code><name>{self.running}</name>
            </instanceState>
            <privateDnsName>ip-10-0-0-1.internal</privateDnsName>
            <privateIpAddress>{self.address}</privateIpAddress>
            <networkInterfaceSet><item>
              <privateIpAddress>192.0.2.250</privateIpAddress>
              <privateIpAddressesSet><item>
                <privateIpAddress>192.0.2.251</privateIpAddress>
                <primary>true</primary>
              </item></privateIpAddressesSet>
            </item></networkInterfaceSet>
          </item></instancesSet>
        </item>"""


def describe_groups(instances, found, token):
    group = f"""<member>
        <AutoScalingGroupName>{escape(GROUP)}</AutoScalingGroupName>
        <AvailabilityZones><member>{REGION}a</member></AvailabilityZones>
        <Instances>{''.join(i.member() for i in instances)}</Instances>
        <Tags><member>
          <ResourceType>auto-scaling-group</ResourceType>
          <Key>Name</Key><Value>cache</Value>
        </member></Tags>
      </member>""" if found else ""
    token = f"<NextToken>{escape(token)}</NextToken>" if token else ""
    return f"""<DescribeAutoScalingGroupsResponse xmlns="{AUTO}">
  <DescribeAutoScalingGroupsResult>
    <AutoScalingGroups>{group}</AutoScalingGroups>{token}
  </DescribeAutoScalingGroupsResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</DescribeAutoScalingGroupsResponse>"""


def describe_instances(instances, token):
    token = f"<nextToken>{escape(token)}</nextToken>" if token else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="{EC2}">
  <requestId>r</requestId>
  <reservationSet>{''.join(i.item() for i in instances)}</reservationSet>
  {token}
</DescribeInstancesResponse>"""


def describe_self(name):
    member = f"""<member>
        <AutoScalingGroupName>{escape(GROUP)}</AutoScalingGroupName>
        <InstanceId>{name}</InstanceId>
        <LifecycleState>InService</LifecycleState>
      </member>""" if name else ""
    return f"""<DescribeAutoScalingInstancesResponse xmlns="{AUTO}">
  <DescribeAutoScalingInstancesResult>
    <AutoScalingInstances>{member}</AutoScalingInstances>
  </DescribeAutoScalingInstancesResult>
</DescribeAutoScalingInstancesResponse>"""


def auto_error(code):
    return (f"""<ErrorResponse xmlns="{AUTO}"><Error><Type>Sender</Type>
        <Code>{code}</Code><Message>about {code}</Message></Error>
        <RequestId>r</RequestId></ErrorResponse>""")


def ec2_error(code):
    return (f"""<?xml version="1.0" encoding="UTF-8"?>
        <Response><Errors><Error><Code>{code}</Code><Message>about {code}
        </Message></Error></Errors><RequestID>r</RequestID></Response>""")


def signature(headers, method, url, body, credentials, service):
    """What botocore would have signed this request with."""
    request = botocore.awsrequest.AWSRequest(
        method=method, url=url, data=body)
    signed = headers["Authorization"].split(
        "SignedHeaders=")[1].split(",")[0].split(";")
    for name in signed:
        request.headers[name] = headers[name]
    auth = botocore.auth.SigV4Auth(
        botocore.credentials.Credentials(*credentials), service, REGION)
    request.context["timestamp"] = headers["X-Amz-Date"]
    canonical = auth.canonical_request(request)
    return signed, auth.signature(
        auth.string_to_sign(request, canonical), request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def answer(self, status, text, kind="text/xml"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        aws = self.server.aws
        if self.path != "/latest/api/token" or not self.headers.get(
                "X-aws-ec2-metadata-token-ttl-seconds", "").isdigit():
            return self.answer(400, "")
        aws.count("token")
        aws.tokens.add(token := uuid.uuid4().hex)
        return self.answer(200, token, "text/plain")

    def do_GET(self):
        aws = self.server.aws
        if self.path == "/container":
            aws.count("container")
            if self.headers.get("Authorization") != "the container":
                return self.answer(403, "")
            return self.answer(200, aws.new_credentials())
        if self.headers.get("X-aws-ec2-metadata-token") not in aws.tokens:
            return self.answer(401, "")
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/latest/dynamic/instance-identity/document":
            return self.answer(200, json.dumps(
                {"accountId": "1", "instanceId": aws.instance,
                 "region": REGION, "version": "2017-09-30"}))
        if self.path == roles:
            return self.answer(200, ROLE)
        if self.path == roles + ROLE:
            aws.count("credentials")
            return self.answer(200, aws.new_credentials())
        return self.answer(404, "")

    def do_POST(self):
        aws = self.server.aws
        body = self.rfile.read(int(self.headers["Content-Length"]))
        form = dict(urllib.parse.parse_qsl(body.decode()))
        action = form.get("Action", "")
        aws.count(action)
        time.sleep(aws.delay)
        status, text = aws.fault(action) or aws.forbid(
            self.headers, self.path, body, action) or aws.describe(
            action, form)
        return self.answer(status, text)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass    # who does not read to the end has his reasons


class Aws:
    """The stand-in; a context manager.  What it says can be changed."""

    def __init__(self, port):
        self.instances = []
        self.instance = "i-1"       # who asks for its metadata
        self.tokens = set()
        self.keys = {}              # key: (secret, token, valid until)
        self.lifetime = 6 * 3600    # of credentials, seconds
        self.page = 100
        self.delay = 0
        self.faults = []            # (action, status or 0 for none, text)
        self.asked = {}
        self.unsigned = []          # what was wrong with signatures
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.aws = self
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.server.server_close()

    def uri(self, group=GROUP, more=""):
        group = urllib.parse.quote(group, safe="")
        return (f"aws-asg:{group}?endpoint={self.url}/&"
                f"metadata={self.url}{more}")

    def count(self, what):
        with self.lock:
            self.asked[what] = self.asked.get(what, 0) + 1

    def new_credentials(self):
        key = "AKIA" + uuid.uuid4().hex[:12].upper()
        secret, token = uuid.uuid4().hex + "/+=", uuid.uuid4().hex * 20
        until = time.time() + self.lifetime
        self.keys[key] = secret, token, until
        return json.dumps({
            "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key,
            "SecretAccessKey": secret, "Token": token,
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                        time.gmtime(until))})

    def revoke(self):
        """No credentials that were given are good any more."""
        with self.lock:
            self.keys = {k: (s, t, 0) for k, (s, t, _) in self.keys.items()}

    def fault(self, action):
        with self.lock:
            for i, (name, status, text) in enumerate(self.faults):
                if name == action:
                    del self.faults[i]
                    return (status, text) if status else None
        return None

    def error(self, action, code):
        return (ec2_error if action == "DescribeInstances" else
                auto_error)(code)

    def refuse(self, action, code, why):
        with self.lock:
            self.unsigned.append((action, code, why))
        return 403, self.error(action, code)

    def forbid(self, headers, path, body, action):
        """None where the signature is right."""
        service = "ec2" if action == "DescribeInstances" else "autoscaling"
        auth = headers.get("Authorization", "")
        scope = (auth.partition("Credential=")[2].partition(",")[0]
                 .split("/") + [""] * 5)[:5]
        key, day, region, name, end = scope
        if key not in self.keys:
            return self.refuse(action, "InvalidClientTokenId", auth)
        secret, token, until = self.keys[key]
        if (region, name, end) != (REGION, service, "aws4_request") or \
                not headers.get("X-Amz-Date", "").startswith(day):
            return self.refuse(action, "SignatureDoesNotMatch", scope)
        signed, wanted = signature(headers, "POST", self.url + path, body,
                                   (key, secret, token), service)
        if auth.rpartition("Signature=")[2] != wanted:
            return self.refuse(action, "SignatureDoesNotMatch", auth)
        if not {"host", "x-amz-date"} <= set(signed) or (
                token and ("x-amz-security-token" not in signed or
                           headers["X-Amz-Security-Token"] != token)):
            return self.refuse(action, "SignatureDoesNotMatch", signed)
        if until < time.time():
            return 403, self.error(action, "ExpiredToken")
        return None

    def describe(self, action, form):
        with self.lock:
            instances = list(self.instances)
        at = int(form.get("NextToken", "+/=0")[3:])
        page = instances[at:at + self.page]
        at += self.page
        token = f"+/={at}" if at < len(instances) else ""
        if action == "DescribeAutoScalingInstances":
            asked = form["InstanceIds.member.1"]
            return 200, describe_self(
                asked if any(i.name == asked for i in instances) else None)
        if action == "DescribeAutoScalingGroups":
            found = form["AutoScalingGroupNames.member.1"] == GROUP
            return 200, describe_groups(page if found else [], found,
                                        token if found else "")
        if action == "DescribeInstances" and form["Filter.1.Name"] == \
                "tag:aws:autoscaling:groupName":
            return 200, describe_instances(
                page if form["Filter.1.Value.1"] == GROUP else [], token)
        return 400, self.error(action, "InvalidAction")
