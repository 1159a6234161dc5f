namespace WsPrism.Client.Connection;

// Events of the application: whoever throws keeps nobody else from hearing. Stateless.
internal static class Events
{
    public static void Raise<T>(this Action<T>? handlers, T value, Action<Exception> failed)
    {
        if (handlers is null)
            return;

        foreach (var handler in handlers.GetInvocationList())
        {
            try
            {
                ((Action<T>)handler)(value);
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }
}
