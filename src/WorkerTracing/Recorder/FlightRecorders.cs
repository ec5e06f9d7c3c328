using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The recorders of the process, one for each directory.</summary>
internal static class FlightRecorders
{
    private static readonly Lock Sync = new();
    private static readonly Dictionary<string, FlightRecorder> ByDirectory = []; // written under Sync
    private static readonly Dictionary<FlightRecorder, int> Users = []; // written under Sync

    public static FlightRecorder Open(FlightRecorderOptions options, ILogger log, TimeProvider time)
    {
        string root = FullPath(options.Directory);
        FlightRecorder? recorder;
        lock (Sync)
        {
            if (ByDirectory.TryGetValue(root, out recorder))
            {
                Users[recorder]++;
            }
            else
            {
                recorder = new FlightRecorder(options, root, log, time);
                ByDirectory.Add(root, recorder);
                Users.Add(recorder, 1);
            }
        }

        recorder.Start();
        return recorder;
    }

    public static void Release(FlightRecorder recorder)
    {
        lock (Sync)
        {
            if (!Users.TryGetValue(recorder, out int users))
                return;
            if (users > 1)
            {
                Users[recorder] = users - 1;
                return;
            }

            Users.Remove(recorder);
            ByDirectory.Remove(FullPath(recorder.Options.Directory));
        }

        recorder.Close();
    }

    /// <summary>A path that is none is kept as it is: the recorder says why it cannot use it.</summary>
    private static string FullPath(string directory)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            return directory;
        }
    }
}
