using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Takes over the directories of processes that have ended, and keeps them until their records are done.</summary>
internal sealed class Adoption(
    string root,
    long reserve,
    RecordSegments segments,
    RecordedExporters exporters,
    RecorderCounts counts,
    DiskUse use,
    RecorderClock clock,
    ILogger log)
{
    /// <summary>How long the application has for the registration of its exporters. One that is not there then is gone.</summary>
    private static readonly TimeSpan RegistrationTime = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private readonly List<AdoptedDirectory> _directories = []; // written under _sync
    private readonly HashSet<string> _leftAlone = []; // written under _sync: logged once
    private readonly AbandonedJobIndex _jobs = new();
    private int _attached; // written under _sync: how many exporters have what was taken over
    private volatile bool _isClosed; // ends an adoption that runs

    /// <summary>Takes over what it finds, and closes the spans that did not end.</summary>
    /// <returns>The jobs that did not end.</returns>
    public IReadOnlyList<AbandonedJob> Adopt()
    {
        var jobs = new List<AbandonedJob>();
        lock (_sync)
        {
            if (_isClosed)
                return jobs;
            foreach (string path in Find())
            {
                if (_isClosed)
                    break;
                jobs.AddRange(TryAdopt(path));
            }

            foreach (AdoptedDirectory directory in _directories)
                CloseSpans(directory);
            Finish();
        }

        return jobs;
    }

    /// <inheritdoc cref="AbandonedJobIndex.Take"/>
    public AbandonedJob? TakeJob(string key) => _jobs.Take(key);

    /// <summary>
    /// Gives exporters that were added since what was taken over before, and deletes what is done. Called each second, and when an exporter
    /// is added. Does not wait for an adoption that runs.
    /// </summary>
    public void Tend()
    {
        if (!_sync.TryEnter())
            return;
        try
        {
            if (_attached != exporters.All.Count)
                Attach();
            Finish();
        }
        finally
        {
            _sync.Exit();
        }
    }

    /// <summary>Leaves the directories to other processes.</summary>
    public void Close()
    {
        _isClosed = true;
        lock (_sync)
        {
            Finish();
            foreach (AdoptedDirectory directory in _directories)
                directory.Release();
            _directories.Clear();
        }
    }

    /// <summary>Finds the sub-directories of other processes, the oldest first.</summary>
    private string[] Find()
    {
        try
        {
            return
            [
                .. new DirectoryInfo(root).EnumerateDirectories()
                    .Where(found => DirectoryLease.IsName(found.Name) && (found.Attributes & FileAttributes.ReparsePoint) == 0)
                    .Where(found => !_directories.Exists(adopted => adopted.Name == found.Name))
                    .Select(static found => found.FullName)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            return [];
        }
    }

    private AbandonedJob[] TryAdopt(string path)
    {
        // What the process itself needs is kept free. A directory larger than that is taken when no other is.
        if (_directories.Count > 0 && use.Bytes > use.Max - reserve)
            return [];
        try
        {
            if (AdoptedDirectory.Take(path, segments) is not { } adopted)
                return [];
            _directories.Add(adopted);
            use.Add(adopted.Bytes);
            if (adopted.Recovery.Damaged is > 0 and var damaged)
            {
                counts.AddDamaged(damaged);
                Log.RecordsDamaged(log, damaged, path);
            }

            foreach (RecordedExporter exporter in exporters.All)
                adopted.Attach(exporter);
            return Report(adopted);
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            if (_leftAlone.Add(path))
                Log.DirectoryLeftAlone(log, path, exception.Message);
            return [];
        }
    }

    private void Attach()
    {
        _attached = exporters.All.Count;
        foreach (AdoptedDirectory directory in _directories)
        {
            foreach (RecordedExporter exporter in exporters.All)
                directory.Attach(exporter);
            CloseSpans(directory);
        }
    }

    private AbandonedJob[] Report(AdoptedDirectory adopted)
    {
        AbandonedJob[] jobs = [.. adopted.Jobs];
        counts.AddAbandonedJobs(jobs.Length);
        foreach (AbandonedJob job in jobs)
            _jobs.Add(job);
        if (adopted.Recovery.Unqueued > 0 || jobs.Length > 0)
            Log.DirectoryAdopted(log, adopted.Name, adopted.Recovery.Unqueued, jobs.Length, adopted.Recovery.LastAlive);
        return jobs;
    }

    private void CloseSpans(AdoptedDirectory directory)
    {
        foreach (RecordedExporter exporter in exporters.All)
        {
            long before = directory.Bytes;
            try
            {
                directory.CloseSpans(exporter, (span, ended, buffer) => TryClose(exporter, span, ended, buffer));
            }
            catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
            {
                if (_leftAlone.Add(directory.Name))
                    Log.DirectoryLeftAlone(log, directory.Name, exception.Message);
            }

            use.Add(directory.Bytes - before);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter: a span that it cannot close is left out.")]
    private bool TryClose(RecordedExporter exporter, AbandonedSpan span, DateTimeOffset ended, RecordBuffer buffer)
    {
        try
        {
            exporter.Registered?.CloseSpan(span.ExporterContent, ended, buffer);
            return buffer.ContentLength > 0;
        }
        catch (Exception exception)
        {
            counts.AddUnrecorded(UnrecordedReason.ExporterFailed);
            Log.RecordingThrew(log, exporter.Name, exception);
            return false;
        }
    }

    private void Finish()
    {
        bool canBeGone = clock.Elapsed >= RegistrationTime;
        for (int i = _directories.Count - 1; i >= 0; i--)
        {
            AdoptedDirectory directory = _directories[i];
            long before = directory.Bytes;
            if (directory.TryFinish(name => canBeGone && (name is null || exporters.Find(name) is null)))
                _directories.RemoveAt(i);
            use.Add(directory.Bytes - before);
        }
    }
}
