using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Writes the records of spans for the flight recorder, on the threads that start and end them. The selectors decide before anything is
/// written. Safe for concurrent use.
/// </summary>
internal sealed class RecordWriter(ExporterSettings settings, KeyStates keys, ILogger log) : IDisposable
{
    private readonly ConcurrentBag<ItemBatch> _idle = [];
    private readonly AgentRuns _agents = new(); // under the lock: agents of a trace may end at the same time
    private readonly Lock _sync = new();
    private int _isNameMissing; // Interlocked: 1 once the missing name has been logged

    /// <summary>Writes a span, ended or not. Writes nothing where the span is not sent, or no later process could find its key.</summary>
    public void Write(Activity span, IBufferWriter<byte> content)
    {
        OpenAIExporterOptions options = settings.Latest;
        TracePolicy policy = new TracePolicies(options, log).Of(span);
        if (policy.HasFailed || !HasName(policy.Credentials))
            return;
        ItemBatch items = _idle.TryTake(out ItemBatch? idle) ? idle : new ItemBatch(_agents);
        items.IsDefaultEndpoint = options.IsDefaultEndpoint;
        items.IncludeContent = policy.IncludeContent && !IsContentForbidden(policy.Credentials ?? options.Credentials);
        if (TryAdd(items, span))
        {
            WireItem trace = items[0];
            new IngestRecord(
                policy.Credentials?.Name ?? "",
                trace.Statement.Owner,
                trace.Statement.IsJob,
                items.IncludeContent,
                items.Slice(0, 1),
                items.Slice(1, items.Count),
                items.EndTimeAt,
                items.ErrorAt).Write(content);
        }

        items.Clear();
        _idle.Add(items);
    }

    public void Dispose()
    {
        while (_idle.TryTake(out ItemBatch? items))
            items.Dispose();
    }

    private bool TryAdd(ItemBatch items, Activity span)
    {
        if (GenAIOperation.Of(span) is null)
            return items.Add([span], 0);
        lock (_sync)
            return items.Add([span], 0);
    }

    private bool IsContentForbidden(OpenAICredentials? credentials) => credentials is not null && keys.Of(credentials).IsContentForbidden;

    private bool HasName(OpenAICredentials? credentials)
    {
        if (credentials is null or { Name.Length: > 0 })
            return true;
        if (Interlocked.Exchange(ref _isNameMissing, 1) == 0)
            Log.NotRecorded(log);
        return false;
    }
}
