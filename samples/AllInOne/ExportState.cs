using System.Text.Json.Serialization;

namespace AllInOne;

/// <summary>How far an export has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportState>))]
internal enum ExportState
{
    Accepted,
    Collected,
    Ready,
    Failed,
}
