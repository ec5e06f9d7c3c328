namespace WorkerTracing;

/// <summary>The last hour of one job name.</summary>
/// <param name="System">The framework.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Series">One bucket for each minute, the oldest first.</param>
internal sealed record NameStatistics(string System, string Name, MinuteBucket[] Series)
{
    /// <summary>Adds all names up. The sum has no framework and no name.</summary>
    public static NameStatistics Sum(IReadOnlyList<NameStatistics> names, DateTimeOffset now)
    {
        long last = JobStatistics.MinuteOf(now);
        var series = new MinuteBucket[JobStatistics.Minutes];
        for (int i = 0; i < series.Length; i++)
        {
            series[i] = new MinuteBucket(last - series.Length + 1 + i);
            foreach (NameStatistics name in names)
                series[i].Add(name.Series[i]);
        }

        return new NameStatistics("", "", series);
    }

    /// <summary>Adds the minutes up.</summary>
    public MinuteBucket Sum()
    {
        var sum = new MinuteBucket(Series[^1].Minute);
        foreach (MinuteBucket bucket in Series)
            sum.Add(bucket);
        return sum;
    }
}
