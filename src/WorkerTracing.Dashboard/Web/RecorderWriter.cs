using System.Text.Json;

namespace WorkerTracing;

/// <summary>Writes the state of a flight recorder.</summary>
internal static class RecorderWriter
{
    public static void Write(Utf8JsonWriter json, FlightRecorderStatus recorder)
    {
        json.WriteStartObject();
        json.WriteString("directory", recorder.Directory);
        json.WriteNumber("bytes", recorder.Bytes);
        json.WriteNumber("maxBytes", recorder.MaxBytes);
        json.WriteNumber("backlog", recorder.Backlog);
        json.WriteNumber("abandoned", recorder.AbandonedJobs);
        json.WriteNumber("expired", recorder.Expired);
        json.WriteNumber("damaged", recorder.Damaged);
        json.WriteStartObject("unrecorded");
        foreach ((string reason, long count) in recorder.Unrecorded)
            json.WriteNumber(reason, count);
        json.WriteEndObject();
        if (recorder.Oldest is { } oldest)
            json.WriteNumber("oldest", oldest.ToUnixTimeMilliseconds());
        json.WriteString("failure", recorder.Failure);
        json.WriteEndObject();
    }
}
