using System.Diagnostics;

namespace WsPrism.ClientBench;

/// <summary>What some messages took of this process.</summary>
internal readonly record struct Measured(double PerCpuSecond, double BytesPerMessage)
{
    public static readonly Measured None = new(0, double.MaxValue);

    public Measured Better(Measured other) => other.PerCpuSecond > PerCpuSecond ? other : this;

    public static (TimeSpan Cpu, long Bytes) Now() => (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true));

    public static Measured Since((TimeSpan Cpu, long Bytes) start, int messages)
    {
        var (cpu, bytes) = Now();
        return new Measured(messages / (cpu - start.Cpu).TotalSeconds, (bytes - start.Bytes) / (double)messages);
    }
}
