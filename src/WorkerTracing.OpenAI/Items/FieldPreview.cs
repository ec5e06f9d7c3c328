using System.Collections;

namespace WorkerTracing;

/// <summary>
/// Writes the preview of a value that has no JSON form, in a span's <c>input</c> or <c>output</c>: its .NET type and its size, as the
/// reference SDKs do with their types.
/// </summary>
internal static class FieldPreview
{
    private static ReadOnlySpan<byte> Head => "{\"truncated\":true,\"original_type\":"u8;

    public static void Write(Utf8Buffer output, object value)
    {
        string type = value.GetType().Name;
        output.Write(Head);
        JsonString.Write(output, type);
        output.Write(",\"preview\":"u8);
        JsonString.Write(output, value switch
        {
            byte[] bytes => $"<{type} bytes={bytes.Length} truncated>",
            ICollection collection => $"<{type} len={collection.Count} truncated>",
            _ => $"<{type} truncated>",
        });
        output.Write((byte)'}');
    }

    public static bool Is(ReadOnlySpan<byte> json) => json.StartsWith(Head);
}
