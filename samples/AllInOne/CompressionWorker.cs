using System.IO.Compression;
using System.Security.Cryptography;
using System.Threading.Channels;
using WorkerTracing;

namespace AllInOne;

/// <summary>BackgroundService: compresses the files that have been written, one after another, each in a job of its own.</summary>
internal sealed class CompressionWorker(Channel<FinishedFile> finished, ExportLog exports, JobTracer tracer) : BackgroundService
{
    /// <summary>Takes no more files, and works off those that are there until the host's deadline.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        finished.Writer.TryComplete();
        if (ExecuteTask is { } working)
            await working.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (FinishedFile file in finished.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await tracer.RunAsync(file.Describe(), (_, token) => CompressAsync(file, token), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                exports.Fail(file.ExportId, exception);
            }
        }
    }

    private async Task CompressAsync(FinishedFile file, CancellationToken cancellationToken)
    {
        string compressed = file.Path + ".gz";
        await using (FileStream source = File.OpenRead(file.Path))
        await using (GZipStream target = new(File.Create(compressed), CompressionLevel.Optimal))
            await source.CopyToAsync(target, cancellationToken);

        File.Delete(file.Path);
        await using FileStream result = File.OpenRead(compressed);
        string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(result, cancellationToken));
        JobTrace.Current?.SetMetadata("sha256", sha256);
        exports.Close(file.ExportId, compressed, sha256);
    }
}
