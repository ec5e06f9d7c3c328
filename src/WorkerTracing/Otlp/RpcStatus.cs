using System.Buffers.Text;
using System.Text;

namespace WorkerTracing;

/// <summary>A <c>google.rpc.Status</c>: the body of a failure over HTTP, and the details of one over gRPC.</summary>
/// <param name="Message">The backend's message.</param>
/// <param name="RetryDelay">How long the backend asks to wait, by a <c>google.rpc.RetryInfo</c> among the details.</param>
internal readonly record struct RpcStatus(string Message, TimeSpan? RetryDelay)
{
    private const long MaxSeconds = 24L * 60 * 60 * 24;

    /// <summary>Reads the message in its binary form.</summary>
    /// <returns>False if it is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out RpcStatus status)
    {
        string text = "";
        TimeSpan? delay = null;
        var fields = new ProtobufReader(message);
        while (fields.Read())
        {
            if (fields.Field == 2)
                text = Encoding.UTF8.GetString(fields.Bytes);
            else if (fields.Field == 3)
                delay ??= RetryDelayOf(fields.Bytes);
        }

        status = new RpcStatus(text, delay);
        return !fields.IsMalformed;
    }

    /// <summary>Reads the header <c>grpc-status-details-bin</c>: base64, with or without padding.</summary>
    public static TimeSpan? RetryDelayOf(string? header)
    {
        if (string.IsNullOrEmpty(header))
            return null;
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(header.Length + 3)];
        string padded = header.PadRight((header.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out int length) && TryRead(bytes.AsSpan(0, length), out RpcStatus status)
            ? status.RetryDelay
            : null;
    }

    private static TimeSpan? RetryDelayOf(ReadOnlySpan<byte> any)
    {
        ReadOnlySpan<byte> type = default;
        ReadOnlySpan<byte> value = default;
        var fields = new ProtobufReader(any);
        while (fields.Read())
        {
            if (fields.Field == 1)
                type = fields.Bytes;
            else if (fields.Field == 2)
                value = fields.Bytes;
        }

        if (!type.EndsWith("/google.rpc.RetryInfo"u8))
            return null;
        var info = new ProtobufReader(value);
        while (info.Read())
        {
            if (info.Field == 1)
                return Duration(info.Bytes);
        }

        return null;
    }

    private static TimeSpan Duration(ReadOnlySpan<byte> message)
    {
        long seconds = 0;
        long nanoseconds = 0;
        var fields = new ProtobufReader(message);
        while (fields.Read())
        {
            if (fields.Field == 1)
                seconds = (long)fields.Number;
            else if (fields.Field == 2)
                nanoseconds = (long)fields.Number;
        }

        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxSeconds)) + TimeSpan.FromTicks(Math.Clamp(nanoseconds, 0, 999_999_999) / 100);
    }
}
