using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Writes a span's <c>error</c>: null, or a message with the error's type and stack trace. Without content it is the type alone, because
/// messages and stack traces can quote data.
/// </summary>
internal static class SpanError
{
    private const string ErrorType = "error.type";

    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        if (span.Status != ActivityStatusCode.Error)
        {
            output.Write("null"u8);
            return;
        }

        string? type = fields.Tags.Text(ErrorType);
        string? message = fields.IncludeContent && span.StatusDescription is { Length: > 0 } description ? description : null;
        string? stack = null;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            if (entry.Name != "exception")
                continue;
            type ??= Tag(entry, "exception.type");
            if (!fields.IncludeContent)
                continue;
            message ??= Tag(entry, "exception.message");
            stack = Tag(entry, "exception.stacktrace") ?? stack;
        }

        output.Write("{\"message\":"u8);
        JsonString.Write(output, message ?? type ?? "Error");
        output.Write(",\"data\":"u8);
        WriteDetails(fields, type, stack);
        output.Write((byte)'}');
    }

    private static void WriteDetails(SpanFields fields, string? type, string? stack)
    {
        Utf8Buffer output = fields.Output;
        if (type is null && stack is null)
        {
            output.Write("null"u8);
            return;
        }
        output.Write((byte)'{');
        bool follows = type is not null && fields.WriteMember("type", type, false);
        if (stack is not null)
            fields.WriteMember("stacktrace", stack, follows);
        output.Write((byte)'}');
    }

    private static string? Tag(in ActivityEvent entry, string name)
    {
        foreach (ref readonly KeyValuePair<string, object?> tag in entry.EnumerateTagObjects())
        {
            if (tag.Key == name)
                return tag.Value as string;
        }
        return null;
    }
}
