using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The status of a span: the activity's own, else that of the tags <c>otel.status_code</c> and <c>otel.status_description</c>, by which
/// older instrumentations set it. The tags themselves are not sent.
/// </summary>
internal struct SpanStatus
{
    private const string Code = "otel.status_code";
    private const string Description = "otel.status_description";

    private readonly bool _isOwn;
    private ActivityStatusCode _code;
    private string? _description;

    private SpanStatus(ActivityStatusCode code, string? description)
    {
        _isOwn = code != ActivityStatusCode.Unset;
        _code = code;
        _description = description;
    }

    public static SpanStatus Of(Activity span) => new(span.Status, span.Status == ActivityStatusCode.Unset ? null : span.StatusDescription);

    /// <summary>Returns true if the key has the length of one that <see cref="TryRead"/> reads.</summary>
    public static bool MayBe(string? key) => key is { Length: 16 or 23 };

    /// <summary>Reads the tag if it is one of the status.</summary>
    public bool TryRead(in KeyValuePair<string, object?> tag)
    {
        switch (tag.Key)
        {
            case Code:
                if (!_isOwn)
                    _code = Parse(tag.Value as string);
                return true;
            case Description:
                if (!_isOwn)
                    _description = tag.Value as string;
                return true;
            default:
                return false;
        }
    }

    public readonly void Write(ProtobufWriter writer)
    {
        if (_code == ActivityStatusCode.Unset)
            return;
        ProtobufWriter.Field message = writer.Begin(OtlpTag.SpanStatus);
        if (_code == ActivityStatusCode.Error && _description is { } description)
            writer.WriteString(OtlpTag.StatusMessage, description);
        writer.WriteVarint(OtlpTag.StatusCode, (ulong)_code);
        writer.End(message);
    }

    private static ActivityStatusCode Parse(string? text) =>
        string.Equals(text, "ERROR", StringComparison.OrdinalIgnoreCase) ? ActivityStatusCode.Error
        : string.Equals(text, "OK", StringComparison.OrdinalIgnoreCase) ? ActivityStatusCode.Ok
        : ActivityStatusCode.Unset;
}
