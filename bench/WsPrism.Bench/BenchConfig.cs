using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace WsPrism.Bench;

/// <summary>
/// In this process, so that nothing is built anew for each class, with allocated bytes beside the times. <c>--quick</c> takes some seconds a class: enough
/// for allocations, which are exact, and for ratios; not for the last ten per cent.
/// </summary>
internal sealed class BenchConfig : ManualConfig
{
    public BenchConfig(bool quick)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        AddJob(quick
            ? job.WithWarmupCount(3).WithIterationCount(5).WithIterationTime(TimeInterval.FromMilliseconds(100)).WithId("quick")
            : job.WithMaxIterationCount(30).WithId("full"));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddExporter(MarkdownExporter.GitHub);
        AddLogger(ConsoleLogger.Default);
        WithOptions(ConfigOptions.JoinSummary);
    }
}
