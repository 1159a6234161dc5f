namespace WsPrism.Testing;

/// <summary>Runs a body on random inputs that can be repeated: a failure names its seed.</summary>
internal static class Seeds
{
    /// <summary>Runs for the seeds from <paramref name="first"/> on. To repeat a failure call it with the seed named and a count of 1.</summary>
    public static void Check(int count, Action<Random> body, int first = 1) => CheckSeeds(count, seed => body(new Random(seed)), first);

    /// <inheritdoc cref="Check"/>
    public static void CheckSeeds(int count, Action<int> body, int first = 1)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                body(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Failed with seed {seed}: {exception.Message}", exception);
            }
        }
    }
}
