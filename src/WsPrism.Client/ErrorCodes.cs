using System.Text;
using WsPrism.Protocol;

namespace WsPrism.Client;

// From names to numbers. Stateless.
internal static class ErrorCodes
{
    public static ErrorCode Find(string code)
    {
        if (ClientErrorCodes.Contains(code))
            return ErrorCode.None;

        return ErrorCodeNames.TryParse(Encoding.UTF8.GetBytes(code), out var known) ? known : ErrorCode.Internal;
    }
}
