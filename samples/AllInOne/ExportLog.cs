using System.Collections.Concurrent;

namespace AllInOne;

/// <summary>The exports of this run. So many may be open at once; that bounds every queue of the chain.</summary>
internal sealed class ExportLog(ILogger<ExportLog> log)
{
    private const int MostOpen = 50;
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<Guid, Export> _exports = new();
    private readonly ConcurrentQueue<Guid> _closed = new();
    private int _open;

    public Export? Find(Guid id) => _exports.GetValueOrDefault(id);

    /// <summary>Null when too many exports are open.</summary>
    public Export? TryOpen(ExportRequest request)
    {
        if (Interlocked.Increment(ref _open) > MostOpen)
        {
            Interlocked.Decrement(ref _open);
            return null;
        }

        var export = new Export(Guid.CreateVersion7(), request.Customer!, request.From!.Value, request.To!.Value, ExportState.Accepted);
        _exports[export.Id] = export;
        return export;
    }

    public void Collected(Guid id, int orders) => Change(id, export => export with { State = ExportState.Collected, Orders = orders });

    public void Close(Guid id, string file, string sha256)
    {
        if (Change(id, export => export with { State = ExportState.Ready, File = file, Sha256 = sha256 }) is { } export)
            log.LogInformation("Export {Id} is ready: {Orders} orders in {File}", id, export.Orders, file);
    }

    public void Fail(Guid id, Exception exception)
    {
        if (Change(id, static export => export with { State = ExportState.Failed }) is not null)
            log.LogError(exception, "Export {Id} failed", id);
    }

    /// <summary>Changes an open export. Null where there is none: a message that comes twice changes nothing the second time.</summary>
    private Export? Change(Guid id, Func<Export, Export> change)
    {
        while (_exports.TryGetValue(id, out Export? export) && export.IsOpen)
        {
            Export changed = change(export);
            if (!_exports.TryUpdate(id, changed, export))
                continue;
            if (!changed.IsOpen)
                Forget(id);
            return changed;
        }

        return null;
    }

    private void Forget(Guid closed)
    {
        Interlocked.Decrement(ref _open);
        _closed.Enqueue(closed);
        if (_closed.Count > MostKept && _closed.TryDequeue(out Guid oldest))
            _exports.TryRemove(oldest, out _);
    }
}
