using System.Numerics;

namespace WorkerTracing;

/// <summary>Counts durations in buckets that grow by a quarter of an octave, so a quantile is right to about a tenth.</summary>
internal sealed class DurationHistogram
{
    private const int BucketsPerOctave = 4;
    private const int Octaves = 28; // from 100 us to 7 hours
    private static readonly TimeSpan Smallest = TimeSpan.FromMicroseconds(100);

    private readonly int[] _counts = new int[Octaves * BucketsPerOctave];
    private int _total;

    public void Add(TimeSpan duration)
    {
        _counts[BucketOf(duration)]++;
        _total++;
    }

    public void Add(DurationHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        _total += other._total;
    }

    /// <summary>Gets a quantile, or null where nothing was counted.</summary>
    public TimeSpan? Quantile(double quantile)
    {
        if (_total == 0)
            return null;
        long rank = Math.Max(1, (long)Math.Ceiling(quantile * _total));
        int bucket = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[bucket])
            bucket++;
        double octaves = (bucket + 0.5) / BucketsPerOctave;
        return Smallest * Math.Pow(2, octaves);
    }

    private static int BucketOf(TimeSpan duration)
    {
        ulong units = (ulong)Math.Max(1, duration / Smallest * 16); // sixteenths of the smallest duration
        if (units < 16)
            return 0;
        int octave = BitOperations.Log2(units) - 4;
        int quarter = (int)(units >> (octave + 2)) & 3;
        return Math.Min((octave * BucketsPerOctave) + quarter, (Octaves * BucketsPerOctave) - 1);
    }
}
