using WsPrism.Fuzz;

// Exit codes: 0 nothing found, 1 a finding, 2 the command line makes no sense.
var options = FuzzOptions.Parse(args);
var targets = FuzzTargets.All.Where(t => options?.Target is null || t.Name == options.Target).ToList();
if (options is null || targets.Count == 0 || (options.Input is not null && targets.Count > 1))
{
    Console.Error.WriteLine(FuzzOptions.Usage);
    Console.Error.WriteLine($"targets: {string.Join(", ", FuzzTargets.All.Select(t => t.Name))}");
    return 2;
}

options = options with { Duration = options.Duration / targets.Count };
var clean = true;
foreach (var target in targets)
    clean &= options.Input is { } input ? FuzzRun.TryOne(target, input, run: 0, options.Seed) : FuzzRun.Run(target, options);

return clean ? 0 : 1;
