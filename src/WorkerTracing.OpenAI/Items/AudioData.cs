using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of speech recognition and of speech synthesis. No library records the audio.</summary>
internal static class AudioData
{
    private static ReadOnlySpan<byte> NoAudio => "{\"data\":\"\",\"format\":\"pcm\"}"u8;

    public static void WriteTranscription(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"transcription\",\"input\":"u8);
        output.Write(NoAudio);
        output.Write(",\"output\":"u8);
        WriteText(fields, span, GenAI.OutputMessages);
        GenerationData.WriteModel(fields);
        output.Write((byte)'}');
    }

    public static void WriteSpeech(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"speech\",\"input\":"u8);
        WriteText(fields, span, GenAI.InputMessages);
        output.Write(",\"output\":"u8);
        output.Write(NoAudio);
        GenerationData.WriteModel(fields);
        output.Write(",\"first_content_at\":"u8);
        if (fields.Tags[GenAI.TimeToFirstChunk] is double seconds and >= 0 and < 86400)
            WireFormat.WriteTime(output, span.StartTimeUtc.AddSeconds(seconds));
        else
            output.Write("null"u8);
        output.Write((byte)'}');
    }

    /// <summary>Writes the texts of the messages as one text; null where none were recorded.</summary>
    private static void WriteText(SpanFields fields, Activity span, string attribute)
    {
        Utf8Buffer output = fields.Output;
        int start = output.Length;
        if (fields.IncludeContent && Messages.Recorded(fields, span, attribute) is { } recorded)
            Concatenate(output, fields.Json.Read(recorded));
        if (output.Length == start)
            output.Write("null"u8);
        else
            output.Write((byte)'"');
        FieldLimit.Apply(output, start);
    }

    private static void Concatenate(Utf8Buffer output, JsonPart messages)
    {
        int start = output.Length;
        foreach (JsonPart message in messages)
        {
            foreach (JsonPart part in message.Find("parts"u8))
            {
                JsonPart text = part.Find("content"u8);
                if (!text.IsString)
                    continue;
                if (output.Length == start)
                    output.Write((byte)'"');
                output.Write(text.Text[1..^1]);
            }
        }
    }
}
