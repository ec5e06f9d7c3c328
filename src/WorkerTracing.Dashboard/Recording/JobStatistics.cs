namespace WorkerTracing;

/// <summary>Counts every run of the last hour by job name and minute, whether the store keeps its trace or not.</summary>
internal sealed class JobStatistics
{
    /// <summary>The minutes that are kept.</summary>
    public const int Minutes = 60;

    private const int MostNames = 100;
    private const string Others = "(other names)";

    private readonly Lock _sync = new();
    private readonly Dictionary<(string System, string Name), MinuteBucket?[]> _names = [];

    public static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    public void Add(JobInfo job, TimeSpan? wait, JobResult result, DateTimeOffset now)
    {
        long minute = MinuteOf(now);
        lock (_sync)
        {
            MinuteBucket?[] buckets = BucketsOf((job.System, job.Name));
            ref MinuteBucket? bucket = ref buckets[minute % Minutes];
            if (bucket?.Minute != minute)
                bucket = new MinuteBucket(minute);
            bucket.Add(result, wait);
        }
    }

    /// <summary>Gets, for each name, the buckets of the last hour by their age in minutes: index 59 is the present minute.</summary>
    public IReadOnlyList<NameStatistics> Read(DateTimeOffset now)
    {
        long minute = MinuteOf(now);
        lock (_sync)
        {
            var names = new List<NameStatistics>(_names.Count);
            foreach (((string system, string name), MinuteBucket?[] buckets) in _names)
            {
                var series = new MinuteBucket[Minutes];
                for (int i = 0; i < Minutes; i++)
                {
                    series[i] = new MinuteBucket(minute - Minutes + 1 + i);
                    if (buckets[series[i].Minute % Minutes] is { } bucket && bucket.Minute == series[i].Minute)
                        series[i].Add(bucket);
                }

                names.Add(new NameStatistics(system, name, series));
            }

            return names;
        }
    }

    private MinuteBucket?[] BucketsOf((string System, string Name) name)
    {
        if (_names.TryGetValue(name, out MinuteBucket?[]? buckets))
            return buckets;
        if (_names.Count >= MostNames)
            name = ("", Others);
        if (!_names.TryGetValue(name, out buckets))
            _names.Add(name, buckets = new MinuteBucket?[Minutes]);
        return buckets;
    }
}
