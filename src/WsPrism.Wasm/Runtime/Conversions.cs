namespace WsPrism.Wasm.Runtime;

/// <summary>Conversions between integers and floating point. A float becomes a double first, which is exact, so each is here once.</summary>
internal static class Conversions
{
    private const double TwoTo31 = 2_147_483_648.0;
    private const double TwoTo32 = 4_294_967_296.0;
    private const double TwoTo63 = 9_223_372_036_854_775_808.0;
    private const double TwoTo64 = 18_446_744_073_709_551_616.0;

    public static int ToInt32(double value) => value is > -TwoTo31 - 1 and < TwoTo31 ? (int)value : throw Fault(value);

    public static int ToUInt32(double value) => value is > -1 and < TwoTo32 ? (int)(uint)(long)value : throw Fault(value);

    public static long ToInt64(double value) => value is >= -TwoTo63 and < TwoTo63 ? (long)value : throw Fault(value);

    public static long ToUInt64(double value) => value is > -1 and < TwoTo64 ? Upper(value) : throw Fault(value);

    public static int ToInt32Saturating(double value) => value switch
    {
        < -TwoTo31 => int.MinValue,
        >= TwoTo31 => int.MaxValue,
        double.NaN => 0,
        _ => (int)value,
    };

    public static int ToUInt32Saturating(double value) => value switch
    {
        >= TwoTo32 => -1,
        > -1 => (int)(uint)(long)value,
        _ => 0,
    };

    public static long ToInt64Saturating(double value) => value switch
    {
        < -TwoTo63 => long.MinValue,
        >= TwoTo63 => long.MaxValue,
        double.NaN => 0,
        _ => (long)value,
    };

    public static long ToUInt64Saturating(double value) => value switch
    {
        >= TwoTo64 => -1,
        > -1 => Upper(value),
        _ => 0,
    };

    // Without a sign: half of it, the lowest bit kept so that rounding sees it, then twice.
    public static float SingleFromUInt64(long value) => value >= 0 ? value : 2 * (float)((long)((ulong)value >> 1) | (value & 1));

    public static double DoubleFromUInt64(long value) => value >= 0 ? value : 2 * (double)((long)((ulong)value >> 1) | (value & 1));

    private static long Upper(double value) => value < TwoTo63 ? (long)value : (long)(value - TwoTo63) ^ long.MinValue;

    private static WasmTrapException Fault(double value) => new(double.IsNaN(value) ? WasmTrap.InvalidConversion : WasmTrap.IntegerOverflow);
}
