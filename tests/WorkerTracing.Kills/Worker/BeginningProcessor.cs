using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Kills;

/// <summary>The first processor: writes to the ledger before the others.</summary>
internal sealed class BeginningProcessor(Ledger ledger) : BaseProcessor<Activity>
{
    public override void OnStart(Activity data) => ledger.Write(Ledger.Begun, data);

    public override void OnEnd(Activity data) => ledger.Write(Ledger.Ending, data);
}
