using System.Text;

namespace WorkerTracing.Faults;

/// <summary>The receiver's books: which spans it has read, which of them it has acknowledged, and what came that should not have.</summary>
internal sealed class Ledger(IReadOnlyList<string> secrets)
{
    private readonly Lock _sync = new();
    private readonly HashSet<ulong> _read = [];
    private readonly HashSet<ulong> _acknowledged = [];
    private readonly HashSet<ulong> _twice = [];
    private readonly HashSet<string> _leaked = [];
    private readonly byte[][] _secrets = [.. secrets.Where(static secret => secret.Length > 0).Select(Encoding.UTF8.GetBytes)];
    private int _requests;
    private string? _malformed;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Why a request could not be read; null while all could.</summary>
    public string? Malformed => Volatile.Read(ref _malformed);

    public ulong[] Read => Copy(_read);

    public ulong[] Acknowledged => Copy(_acknowledged);

    /// <summary>Spans that were read more than once.</summary>
    public ulong[] Twice => Copy(_twice);

    /// <summary>Planted secrets that stood in a request's body.</summary>
    public string[] Leaked => Copy(_leaked);

    public void Note(byte[] body, Protocol protocol, out IReadOnlyList<ulong> spans)
    {
        Interlocked.Increment(ref _requests);
        spans = [];
        try
        {
            spans = protocol.ReadSpans(body);
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _malformed, exception.ToString());
        }

        lock (_sync)
        {
            foreach (ulong span in spans)
            {
                if (!_read.Add(span))
                    _twice.Add(span);
            }

            foreach (byte[] secret in _secrets)
            {
                if (body.AsSpan().IndexOf(secret) >= 0)
                    _leaked.Add(Encoding.UTF8.GetString(secret));
            }
        }
    }

    public void Acknowledge(IReadOnlyList<ulong> spans)
    {
        lock (_sync)
            _acknowledged.UnionWith(spans);
    }

    private T[] Copy<T>(HashSet<T> set)
    {
        lock (_sync)
            return [.. set];
    }
}
