using System.Text;

namespace WorkerTracing;

/// <summary>The field <c>partial_success</c> of an <c>ExportTraceServiceResponse</c>.</summary>
/// <param name="RejectedSpans">How many spans the backend rejected. 0 with a message is a warning: all were accepted.</param>
/// <param name="Message">The backend's message.</param>
internal readonly record struct PartialSuccess(long RejectedSpans, string Message)
{
    /// <summary>Reads a response. One that is empty or cannot be read has no partial success.</summary>
    public static PartialSuccess Read(ReadOnlySpan<byte> response)
    {
        var result = new PartialSuccess(0, "");
        var fields = new ProtobufReader(response);
        while (fields.Read())
        {
            if (fields.Field == 1)
                result = ReadMessage(fields.Bytes);
        }

        return fields.IsMalformed ? new PartialSuccess(0, "") : result;
    }

    private static PartialSuccess ReadMessage(ReadOnlySpan<byte> message)
    {
        long rejected = 0;
        string text = "";
        var fields = new ProtobufReader(message);
        while (fields.Read())
        {
            if (fields.Field == 1)
                rejected = (long)fields.Number;
            else if (fields.Field == 2)
                text = Encoding.UTF8.GetString(fields.Bytes);
        }

        return new PartialSuccess(Math.Max(rejected, 0), text);
    }
}
