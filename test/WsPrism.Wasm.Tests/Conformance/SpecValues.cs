using System.Globalization;
using System.Text.Json;

namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>Values as the converted files write them: numbers by their bits, as decimals without a sign.</summary>
internal static class SpecValues
{
    public static object? Read(JsonElement value)
    {
        var text = value.GetProperty("value").GetString()!;
        return value.GetProperty("type").GetString() switch
        {
            "i32" => (int)uint.Parse(text, CultureInfo.InvariantCulture),
            "i64" => (long)ulong.Parse(text, CultureInfo.InvariantCulture),
            "f32" => BitConverter.UInt32BitsToSingle(uint.Parse(text, CultureInfo.InvariantCulture)),
            "f64" => BitConverter.UInt64BitsToDouble(ulong.Parse(text, CultureInfo.InvariantCulture)),
            "funcref" or "externref" => text == "null" ? null : text,
            var type => throw new NotSupportedException(type),
        };
    }

    public static bool Matches(JsonElement expected, object? actual)
    {
        if (expected.TryGetProperty("value", out var value) && value.GetString() is "nan:canonical" or "nan:arithmetic")
            return IsNan(actual, value.GetString() == "nan:canonical");

        return (Read(expected), actual) switch
        {
            (float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right),
            (double left, double right) => BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right),
            var (left, right) => Equals(left, right),
        };
    }

    // Canonical: only the first bit of the fraction is set. Arithmetic: that one is, whatever else.
    private static bool IsNan(object? actual, bool isCanonical) => actual switch
    {
        float single => (BitConverter.SingleToInt32Bits(single) & (isCanonical ? 0x7FFFFFFF : 0x7FC00000)) == 0x7FC00000,
        double number => (BitConverter.DoubleToInt64Bits(number) & (isCanonical ? long.MaxValue : 0x7FF8000000000000)) == 0x7FF8000000000000,
        _ => false,
    };
}
