using System.Text.Json;
using Quartz;
using Quartz.Spi;

namespace WorkerTracing.Quartz.Node;

/// <summary>Stores job data of texts as JSON. The node stores nothing else, and Quartz 3 has no serializer in its main package.</summary>
public sealed class TextSerializer : IObjectSerializer
{
    public void Initialize()
    {
    }

    public byte[] Serialize<T>(T obj)
        where T : class =>
        obj is JobDataMap data
            ? JsonSerializer.SerializeToUtf8Bytes(data.ToDictionary(static entry => entry.Key, static entry => (string?)entry.Value))
            : throw new NotSupportedException($"{obj.GetType()} is no job data.");

    public T? DeSerialize<T>(byte[] data)
        where T : class
    {
        var map = new JobDataMap();
        foreach ((string key, string? value) in JsonSerializer.Deserialize<Dictionary<string, string?>>(data)!)
            map[key] = value!;
        map.ClearDirtyFlag();
        return map as T;
    }
}
