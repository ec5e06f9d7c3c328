using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>Encodes what encloses spans: their scope, which is the source that made them.</summary>
internal sealed class OtlpScope
{
    private OtlpScope(byte[] head, byte[] tail)
    {
        Head = head;
        Tail = tail;
    }

    /// <summary>The scope itself, as the field <c>ScopeSpans.scope</c>. It goes before the spans.</summary>
    public byte[] Head { get; }

    /// <summary>The schema, where the source names one. It goes behind the spans.</summary>
    public byte[] Tail { get; }

    public int Length => Head.Length + Tail.Length;

    public static OtlpScope Of(ActivitySource source, SpanLimits limits)
    {
        using var writer = new ProtobufWriter();
        var attributes = new OtlpAttributes(limits.ScopeValueLength);
        ProtobufWriter.Field scope = writer.Begin(OtlpTag.ScopeSpansScope);
        writer.WriteString(OtlpTag.ScopeName, source.Name);
        if (source.Version is { } version)
            writer.WriteString(OtlpTag.ScopeVersion, version);
        int count = 0;
        foreach (KeyValuePair<string, object?> attribute in source.Tags ?? [])
        {
            if (count++ < limits.ScopeAttributeCount)
                attributes.Write(OtlpTag.ScopeAttributes, attribute.Key, attribute.Value, writer);
        }

        if (count > limits.ScopeAttributeCount)
            writer.WriteVarint(OtlpTag.ScopeDroppedAttributes, (ulong)(count - limits.ScopeAttributeCount));
        writer.End(scope);
        byte[] head = writer.Written.ToArray();
        writer.Clear();
        if (source.TelemetrySchemaUrl is { Length: > 0 } schema)
            writer.WriteString(OtlpTag.ScopeSpansSchemaUrl, schema);
        return new OtlpScope(head, writer.Written.ToArray());
    }

    /// <summary>Scopes that were encoded before. An entry lives as long as its source.</summary>
    public sealed class Cache(SpanLimits limits)
    {
        private readonly ConditionalWeakTable<ActivitySource, OtlpScope> _scopes = [];
        private readonly ConditionalWeakTable<ActivitySource, OtlpScope>.CreateValueCallback _create = source => Of(source, limits);

        public OtlpScope Get(ActivitySource source) => _scopes.GetValue(source, _create);
    }
}
