using OpenTelemetry.Resources;

namespace WorkerTracing;

/// <summary>Encodes the resource that the spans of a request come from.</summary>
internal sealed class OtlpResource
{
    private OtlpResource(byte[] head, byte[] tail)
    {
        Head = head;
        Tail = tail;
    }

    /// <summary>The resource itself, as the field <c>ResourceSpans.resource</c>. It goes before the scopes.</summary>
    public byte[] Head { get; }

    /// <summary>The schema, where the resource names one. It goes behind the scopes.</summary>
    public byte[] Tail { get; }

    public int Length => Head.Length + Tail.Length;

    public static OtlpResource Of(Resource resource)
    {
        using var writer = new ProtobufWriter();
        var attributes = new OtlpAttributes(int.MaxValue);
        ProtobufWriter.Field message = writer.Begin(OtlpTag.ResourceSpansResource, 512);
        foreach (KeyValuePair<string, object> attribute in resource.Attributes)
            attributes.Write(OtlpTag.ResourceAttributes, attribute.Key, attribute.Value, writer);
        writer.End(message);
        byte[] head = writer.Written.ToArray();
        writer.Clear();
        if (resource.SchemaUrl is { Length: > 0 } schema)
            writer.WriteString(OtlpTag.ResourceSpansSchemaUrl, schema);
        return new OtlpResource(head, writer.Written.ToArray());
    }
}
