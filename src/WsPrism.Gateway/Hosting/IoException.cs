namespace WsPrism.Gateway.Hosting;

/// <summary>What <c>gateway.io</c> asks for is not to be had on this machine.</summary>
internal sealed class IoException(string io, string problem)
    : Exception($"gateway.io: {io} cannot be used here: {problem}. `auto` takes the best that there is.");
