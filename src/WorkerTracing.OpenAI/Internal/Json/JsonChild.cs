namespace WorkerTracing;

/// <summary>A member of a JSON object, or an element of an array, which has no name.</summary>
internal readonly ref struct JsonChild(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    public ReadOnlySpan<byte> Name { get; } = name;

    public ReadOnlySpan<byte> Value { get; } = value;
}
