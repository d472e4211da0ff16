"""The numbered items of OTLP 1.11.0 and of what surrounds it: level, sentence, and from where a receiver's keeping of it can be seen."""

from __future__ import annotations

from typing import NamedTuple

OUTSIDE = "outside"  # by a client
INSIDE = "inside"  # only by who can stop the disk, end the process or read the tables
ELSEWHERE = "elsewhere"  # a fact about clients, files or conventions
LEVELS = {"M": "MUST", "S": "SHOULD", "O": "MAY", "C": "as the reference Collector does", "": "no level given"}


OF_GRPC, OF_HTTP = set(range(12, 19)), set(range(19, 39)) - {34}  # the items of one transport alone; OTLP/JSON is HTTP's


class Item(NamedTuple):
    number: int
    level: str  # a key of LEVELS
    sentence: str
    shown: str = OUTSIDE


ITEMS = (
    Item(1, "M", "requests are accepted plain and compressed with gzip"),
    Item(2, "S", "an empty request, and one of empty envelopes, is a success"),
    Item(3, "M", "a full success leaves partial_success unset"),
    Item(4, "M", "a partial success counts exactly what was rejected, and says why"),
    Item(5, "M", "rejected = 0 comes only with a warning, or unset"),
    Item(6, "M", "what cannot be decoded is refused for good, not for later"),
    Item(7, "M", "a limit on the request holds, also after decompression and without a length"),
    Item(8, "M", "the answer stays below 4 MiB, however much was rejected"),
    Item(9, "", "the same request sent again is taken again; nothing in it counts twice"),
    Item(10, "", "an acknowledgement means that it is durable here", INSIDE),
    Item(11, "M", "fields, names and enum numbers of newer versions do no harm"),
    Item(12, "", "Export of traces and logs is served; what is not is UNIMPLEMENTED"),
    Item(13, "M", "too large is RESOURCE_EXHAUSTED without RetryInfo; gRPC's own 4 MiB are not the limit"),
    Item(14, "S", "bad data is INVALID_ARGUMENT"),
    Item(15, "", "a fault of the receiver is UNAVAILABLE, which clients repeat", INSIDE),
    Item(16, "S", "overload is UNAVAILABLE, with a RetryInfo of at most 5 s", INSIDE),
    Item(17, "S", "many calls at once on one connection, and keep-alive pings, are served"),
    Item(18, "", "the rich status is a google.rpc.Status in grpc-status-details-bin"),
    Item(19, "", "POST /v1/traces and /v1/logs are served; another method is 405"),
    Item(20, "S", "protobuf and JSON are served on one port"),
    Item(21, "C", "Content-Type is compared as a media type; another one is 415"),
    Item(22, "M", "the answer has the Content-Type of the request, also where it is an error"),
    Item(23, "O", "the answer is compressed only for who asked for it"),
    Item(24, "M", "too large is 413, on the wire and decompressed"),
    Item(25, "M", "success is 200 with an export response"),
    Item(26, "M", "a partial success is 200 as well"),
    Item(27, "M", "every error has a google.rpc.Status as its body, also the server's own"),
    Item(28, "", "what may be repeated is 429, 502, 503 or 504; nothing else is", INSIDE),
    Item(29, "M", "what cannot be decoded or unpacked is 400"),
    Item(30, "S", "overload is 429 or 503, with a Retry-After of at most 5 s", INSIDE),
    Item(31, "M", "an own answer over 4 MiB would be 500; it cannot come to that", INSIDE),
    Item(32, "S", "the connection is kept, and requests may follow each other without waiting"),
    Item(33, "C", "the status code within an answer fits its HTTP status"),
    Item(34, "C", "during a shutdown everything is stored and answered, or refused", INSIDE),
    Item(35, "", "ids in JSON are hex in either case; others are refused"),
    Item(36, "M", "enums in JSON are taken as numbers; names are what senders must not write"),
    Item(37, "", "names in JSON are lowerCamelCase; snake_case is an unknown name"),
    Item(38, "", "JSON takes 64-bit numbers as text and as number, bytes as base64, NaN and Infinity as text"),
    Item(39, "", "a span without valid ids is rejected; a log record without them is kept"),
    Item(40, "", "a log record without a time has the time it was observed, or received"),
    Item(41, "M", "flags beyond the first eight bits do no harm"),
    Item(42, "O", "kind and status may be unset; an end before the start does no harm"),
    Item(43, "", "one key twice, and an index into a string table, do no harm"),
    Item(44, "", "event_name, schema_url and counts of what was dropped are taken"),
    Item(45, "", "times are whole nanoseconds, without a float on their way"),
    Item(46, "", "logs sent to the traces, and traces to the logs, are refused, not taken and lost"),
    Item(47, "", "too deep a nesting, and a text that is no UTF-8, are refused, and the receiver lives"),
    Item(48, "", "files of the OpenTelemetry file exporter: one signal, one request a line", ELSEWHERE),
    Item(49, "", "answers come within 2 s, so that a client with 10 s can try again"),
    Item(50, "", "batches of an SDK hold 512 spans, those of a Collector 8,192", ELSEWHERE),
    Item(51, "", "traceparent and tracestate: W3C Trace Context", ELSEWHERE),
    Item(52, "", "a messaging span is named after its operation and destination", ELSEWHERE),
    Item(53, "", "messaging operations and the kinds of their spans", ELSEWHERE),
    Item(54, "", "who receives a message links to who created it", ELSEWHERE),
    Item(55, "", "the attributes that messaging spans carry", ELSEWHERE),
    Item(56, "", "the metrics of messaging", ELSEWHERE),
    Item(57, "", "old names of the messaging attributes are still common", ELSEWHERE),
    Item(58, "", "a live check of conventions by weaver", ELSEWHERE),
)
