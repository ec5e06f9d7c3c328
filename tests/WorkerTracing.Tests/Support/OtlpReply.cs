using Google.Protobuf;

namespace WorkerTracing.Tests;

/// <summary>What a backend answers, in either protocol.</summary>
internal sealed record OtlpReply
{
    public static readonly OtlpReply Ok = new();

    public int HttpStatus { get; init; } = 200;

    /// <summary>Over gRPC, sent in the trailers where the HTTP status is 200.</summary>
    public int GrpcStatus { get; init; }

    public string Message { get; init; } = "";

    /// <summary>Sent as <c>Retry-After</c>, and as a <c>google.rpc.RetryInfo</c> over gRPC.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public long Rejected { get; init; }

    /// <summary>A failure of either protocol.</summary>
    public static OtlpReply Failure(int httpStatus, int grpcStatus, bool isGrpc, string message = "", TimeSpan? retryAfter = null) => new()
    {
        HttpStatus = isGrpc ? 200 : httpStatus,
        GrpcStatus = grpcStatus,
        Message = message,
        RetryAfter = retryAfter,
    };

    /// <summary>The response of a success: empty, or with a partial success.</summary>
    public byte[] ToResponse() => Rejected == 0 && Message.Length == 0
        ? []
        : Write(output =>
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(Write(partial =>
            {
                partial.WriteTag(1, WireFormat.WireType.Varint);
                partial.WriteInt64(Rejected);
                partial.WriteTag(2, WireFormat.WireType.LengthDelimited);
                partial.WriteString(Message);
            })));
        });

    /// <summary>A <c>google.rpc.Status</c>.</summary>
    public byte[] ToStatus() => Write(status =>
    {
        status.WriteTag(1, WireFormat.WireType.Varint);
        status.WriteInt32(GrpcStatus);
        status.WriteTag(2, WireFormat.WireType.LengthDelimited);
        status.WriteString(Message);
        if (RetryAfter is not { } delay)
            return;
        byte[] duration = Write(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64((long)delay.TotalSeconds);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt32((int)(delay.Ticks % TimeSpan.TicksPerSecond * 100));
        });
        byte[] info = Write(output =>
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(duration));
        });
        status.WriteTag(3, WireFormat.WireType.LengthDelimited);
        status.WriteBytes(ByteString.CopyFrom(Write(any =>
        {
            any.WriteTag(1, WireFormat.WireType.LengthDelimited);
            any.WriteString("type.googleapis.com/google.rpc.RetryInfo");
            any.WriteTag(2, WireFormat.WireType.LengthDelimited);
            any.WriteBytes(ByteString.CopyFrom(info));
        })));
    });

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }
}
