using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Kills;

/// <summary>The last processor: writes to the ledger when the others have returned.</summary>
internal sealed class EndedProcessor(Ledger ledger) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data) => ledger.Write(Ledger.Ended, data);
}
