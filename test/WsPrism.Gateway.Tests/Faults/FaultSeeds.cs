using System.Globalization;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// Runs a test on seeds that it prints: a random one, the one in <c>WSPRISM_FAULT_SEED</c>, or one after the other for so many minutes as <c>WSPRISM_FAULT_MINUTES</c>
/// says.
/// </summary>
internal static class FaultSeeds
{
    public static async Task RunAsync(Func<int, Task> body)
    {
        var given = Number("WSPRISM_FAULT_SEED");
        var end = TimeProvider.System.GetUtcNow().AddMinutes(Number("WSPRISM_FAULT_MINUTES") ?? 0);
        do
        {
            var seed = given ?? Random.Shared.Next();
            TestContext.Current.TestOutputHelper?.WriteLine($"WSPRISM_FAULT_SEED={seed}");
            try
            {
                await body(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Failed with WSPRISM_FAULT_SEED={seed}: {exception.Message}", exception);
            }
        }
        while (TimeProvider.System.GetUtcNow() < end);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
