using WorkerTracing.Faults.Worker;

// A plan is a line of standard input. The next one is read when the one before is done; the end of the input ends the process.
while (Console.In.ReadLine() is { } line)
    await PlannedRun.RunAsync(WorkerPlan.Parse(line));
return 0;
