namespace AllInOne;

/// <summary>Where Hangfire's packages are missing: the consumer writes the file itself, and the trace is one job shorter.</summary>
internal sealed class FileQueue(CsvWriter writer)
{
    public Task EnqueueAsync(Guid export, CancellationToken cancellationToken) => writer.WriteAsync(export, cancellationToken);
}

internal static class FileQueueServices
{
    public static void AddFileQueue(this IServiceCollection services)
    {
        services.AddSingleton<FileQueue>();
        services.AddSingleton<CsvWriter>();
    }
}
