using System.Security;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// The state of a recorder that cannot record. Each kind of failure is logged once, until the recorder records again.
/// </summary>
internal sealed class RecorderFailure(string directory, ILogger log)
{
    private readonly Lock _sync = new();
    private readonly HashSet<string> _logged = []; // written under _sync
    private string? _text; // written under _sync

    /// <summary>Gets why nothing is recorded; null while spans are recorded.</summary>
    public string? Text => Volatile.Read(ref _text);

    /// <summary>Returns true for the exceptions by which a disk, a file or a path makes itself known.</summary>
    public static bool IsOfDisk(Exception exception) => exception
        is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException or ArgumentException;

    /// <param name="kind">What is logged once.</param>
    /// <param name="text">The cause, which completes "nothing is recorded:".</param>
    public void Set(string kind, string text)
    {
        lock (_sync)
        {
            _text = text;
            if (!_logged.Add(kind))
                return;
        }

        Log.RecorderUnavailable(log, directory, text);
    }

    /// <summary>The disk has refused a file that is needed soon. Spans are still recorded.</summary>
    public void Warn(string kind, string text)
    {
        lock (_sync)
        {
            if (!_logged.Add(kind))
                return;
        }

        Log.RecorderCannotGrow(log, directory, text);
    }

    public void Clear()
    {
        lock (_sync)
        {
            _logged.Clear();
            if (_text is null)
                return;
            _text = null;
        }

        Log.RecorderAvailable(log, directory);
    }
}
