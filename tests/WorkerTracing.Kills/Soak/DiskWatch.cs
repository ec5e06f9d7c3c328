namespace WorkerTracing.Kills;

/// <summary>Watches the files of a flight recorder, all the time: what they take, and how many segments they hold one after the other.</summary>
internal sealed class DiskWatch : IDisposable
{
    private const int HeaderSize = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<string> _headers = [];
    private readonly ManualResetEventSlim _stop = new();
    private readonly string _directory;
    private readonly Thread _thread;
    private long _mostBytes;

    public DiskWatch(string directory)
    {
        _directory = directory;
        _thread = new Thread(Watch) { IsBackground = true, Name = "disk watch" };
        _thread.Start();
    }

    /// <summary>Gets the number of different headers that segments had. Read after <see cref="Stop"/>.</summary>
    public int Segments => _headers.Count;

    /// <returns>The most bytes at one moment.</returns>
    public long Stop()
    {
        _stop.Set();
        _thread.Join();
        return _mostBytes;
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Watch()
    {
        do
        {
            _mostBytes = Math.Max(_mostBytes, DiskBytes.Of(_directory));
            ReadHeaders();
        }
        while (!_stop.Wait(Interval));
    }

    private void ReadHeaders()
    {
        if (!Directory.Exists(_directory))
            return;
        Span<byte> header = stackalloc byte[HeaderSize];
        foreach (string path in Directory.EnumerateFiles(_directory, "*.segment", DiskBytes.Everything))
        {
            try
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                if (file.Read(header) == HeaderSize && header.ContainsAnyExcept((byte)0))
                    _headers.Add(Convert.ToHexString(header));
            }
            catch (IOException)
            {
                // deleted meanwhile
            }
        }
    }
}
