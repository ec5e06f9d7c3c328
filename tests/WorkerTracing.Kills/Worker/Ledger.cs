using System.Diagnostics;
using System.Text;

namespace WorkerTracing.Kills;

/// <summary>
/// Says what the spans of this process do, independently of the pipeline that exports them. One system call for each entry: what is written
/// survives the end of the process.
/// </summary>
internal sealed class Ledger(string path) : IDisposable
{
    /// <summary>A span has started. Written before any processor that exports sees it.</summary>
    public const char Begun = 'b';

    /// <summary>A span is about to end: no processor that exports has seen the end.</summary>
    public const char Ending = 'e';

    /// <summary>A span has ended, and every processor has returned.</summary>
    public const char Ended = 'd';

    /// <summary>The body of a job that ends by itself runs.</summary>
    public const char ShortJob = 's';

    /// <summary>The body of a job that does not end runs.</summary>
    public const char LongJob = 'l';

    // A buffer of the process's own would end with it.
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _sync = new();

    public void Write(char what, Activity span)
    {
        byte[] line = Encoding.ASCII.GetBytes($"{what} {span.SpanId} {span.ParentSpanId}\n");
        lock (_sync)
            _file.Write(line);
    }

    public void Dispose() => _file.Dispose();
}
