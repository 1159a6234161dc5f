using WsPrism.Gateway.Cli;

return await WsPrismCommand.RunAsync(args);
