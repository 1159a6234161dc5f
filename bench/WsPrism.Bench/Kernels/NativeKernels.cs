namespace WsPrism.Bench.Kernels;

/// <summary>The loops of kernels.c in C#, line by line.</summary>
internal static class NativeKernels
{
    public static uint Hash(byte[] data, int length)
    {
        var hash = 2166136261u;
        for (var i = 0; i < length; i++)
            hash = (hash ^ data[i]) * 16777619u;

        return hash;
    }

    public static int Json(byte[] data, int length)
    {
        int values = 0, depth = 0;
        var inside = false;
        for (var i = 0; i < length; i++)
        {
            var next = data[i];
            if (inside)
            {
                if (next == '\\')
                    i++;
                else if (next == '"')
                    inside = false;

                continue;
            }

            switch ((char)next)
            {
                case '"':
                    inside = true;
                    values++;
                    break;
                case '{' or '[':
                    depth++;
                    values++;
                    break;
                case '}' or ']':
                    if (--depth < 0)
                        return -1;

                    break;
                case >= '0' and <= '9':
                    values++;
                    while (i + 1 < length && data[i + 1] >= '0' && data[i + 1] <= '9')
                        i++;

                    break;
            }
        }

        return depth == 0 && !inside ? values : -1;
    }

    public static double Multiply(double[] a, double[] b, double[] c, int n)
    {
        var trace = 0.0;
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++)
                    sum += a[(row * n) + k] * b[(k * n) + column];

                c[(row * n) + column] = sum;
                if (row == column)
                    trace += sum;
            }
        }

        return trace;
    }

    public static int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
}
